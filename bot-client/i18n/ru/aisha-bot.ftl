### Слова бота по-русски. У каждого экрана свой раздел; ключи начинаются с его имени.

## common

button-back = ⬅️ Назад
button-cancel = ✖️ Отмена
button-refresh = 🔄 Обновить
button-menu = 🏠 Меню
common-outdated = Этот экран устарел. Вот текущий.
common-gone = Этого больше нет.
common-away = ⏳ Сервис сейчас недоступен. Я сохранил всё, что вы прислали, и продолжу сам, как только он вернётся.
common-working = ⏳ Уже занимаюсь.
common-given-up = За целый день это сделать не удалось, поэтому я это отложил. Пришлите, пожалуйста, ещё раз.
common-failed = Не получилось, и это не ваша вина. Попробуйте ещё раз.
common-not-sent = 📎 Отправить вам файл не получилось. Попробуйте ещё раз.
common-too-large = 📎 Этот файл больше, чем Telegram принимает от бота: 50 МБ.
common-unknown-command = Такой команды нет. Что я умею, рассказывает /help.
common-private-only = Я говорю только в личных чатах: ваше лицо никого больше не касается. Напишите мне лично.

## home

command-start = Меню
command-new = Новый аватар
command-avatars = Мои аватары
command-generate = Создать картинку
command-images = Мои картинки
command-transcripts = Голос в текст
command-settings = Настройки
command-language = Язык
command-help = Помощь
home-greeting = 👋 Здравствуйте, <b>{ $name }</b>!
home-first-steps = Я делаю картинки с вами. Пришлите несколько фотографий, я запомню, как вы выглядите, и смогу показать вас где угодно: в офисе, в горах, маслом на холсте.

    Начните с первого аватара.
home-go-on = Ваш аватар ждёт. Закончите его, и можно будет делать картинки.
home-ready = Что сделаем сегодня?
home-generate = 🎨 Создать картинку
home-new = ✨ Новый аватар
home-avatars = 👥 Мои аватары
home-images = 🖼 Мои картинки
home-transcripts = 🎙 Голос в текст
home-settings = ⚙️ Настройки
home-help = ❓ Помощь
home-not-understood = С этим я ничего не умею. Мне можно присылать фотографии, слова и голосовые сообщения.
help-text = <b>Что я умею</b>

    ✨ <b>Аватары.</b> Пришлите 5 или больше фотографий, выберите, насколько тщательно мне учиться, и я сообщу, когда аватар будет готов.
    🎨 <b>Картинки.</b> Напишите, что хотите увидеть, или выберите стиль или целый набор.
    🎙 <b>Голос в текст.</b> Пришлите или перешлите голосовое сообщение или запись, и я запишу, что там сказано.

    Ваши фотографии видите только вы. Удалить аватар или вообще всё можно в любой момент: /settings

    /new новый аватар · /avatars мои аватары
    /generate создать картинку · /images мои картинки
    /transcripts голос в текст
    /settings настройки · /language язык

## create

create-types = <b>Каким будет новый аватар?</b>

    👤 <b>Портрет.</b> Человек: вы или тот, кто на это согласен. Я запомню лицо и смогу показать его где угодно.

    🎨 <b>Стиль.</b> Манера: как рисует художник, как выглядит серия снимков. Я запомню её и смогу сделать в ней что угодно.

    📦 <b>Предмет.</b> То, что можно снять со всех сторон: чашка, машина, игрушка, ваш кот.

    Время и цену вы увидите до того, как что-либо придётся оплатить.
create-portrait = 👤 Портрет
create-style = 🎨 Стиль
create-object = 📦 Предмет
create-compare = ⚖️ Сравнить
create-go-on = ▶️ Продолжить: { $name }
create-unnamed = без имени
create-comparison = <b>Портрет, стиль или предмет?</b>

    <b>Что я запомню</b>
    👤 лицо, узнаваемое с любой стороны
    🎨 манеру: цвета, свет, мазки
    📦 предмет или животное во всех подробностях

    <b>Какие фото прислать</b>
    👤 один человек, разный свет и разные выражения лица
    🎨 разные картинки в одной манере
    📦 один и тот же предмет со всех сторон, на разном фоне

    <b>Для чего это хорошо</b>
    👤 портреты, аватарки, сцены с вами
    🎨 любые картинки в одной манере
    📦 реклама, открытки, ваш кот на Луне
create-choose = Нажмите, пожалуйста, одну из кнопок.
create-gender = <b>Кто это?</b>

    Это нужно стилям, чтобы одежда и позы подошли.
create-gender-female = 👩 Женщина
create-gender-male = 👨 Мужчина
create-gender-other = 🧑 Не хочу указывать
create-name = <b>Как назвать аватар?</b>

    Напишите имя. Его видите только вы, и его можно поменять в любой момент.
create-name-empty = Здесь нет ни одной буквы. Напишите имя, например «Аня весной».
create-name-long = { $length ->
        [one] В этом имени { $length } символ
        [few] В этом имени { $length } символа
       *[other] В этом имени { $length } символов
    }, а помещается { $most }. Придумайте, пожалуйста, покороче.
create-photo-kept = 📸 Фото получил и сохраню для этого аватара. Сначала ответьте, пожалуйста:

## photos

photos-count = 📸 <b>{ $name }</b>
    { $count } · минимум { $minimum }{ $tick }
photos-which-portrait = Пришлите фотографии одного человека, чтобы в кадре больше никого не было: крупно и издалека, при разном свете, в разной одежде, в разные дни. Без тёмных очков и фильтров. По одной или альбомом, как удобно.
photos-which-style = Пришлите картинки в той манере, которую мне нужно запомнить, и пусть на них будет разное. По одной или альбомом, как удобно.
photos-which-object = Пришлите фотографии предмета: со всех сторон, крупно и издалека, на разном фоне. По одной или альбомом, как удобно.
photos-send-more = { $n ->
        [one] Нужна ещё { $n } хорошая фотография. Просто пришлите её сюда.
        [few] Нужны ещё { $n } хорошие фотографии. Просто пришлите их сюда.
       *[other] Нужно ещё { $n } хороших фотографий. Просто пришлите их сюда.
    }
photos-enough = { $n ->
        [one] Этого хватит, можно продолжать. Ещё { $n } фотография, и будет ещё лучше.
        [few] Этого хватит, можно продолжать. Ещё { $n } фотографии, и будет ещё лучше.
       *[other] Этого хватит, можно продолжать. Ещё { $n } фотографий, и будет ещё лучше.
    }
photos-under-way = 🎓 Идёт обучение, на тех фотографиях, с которых оно началось. Новые пригодятся для следующего.
photos-plenty = ✨ Отличный набор. Можно продолжать.
photos-left-out = { $n ->
        [one] 🚫 Отложена { $n } фотография. Вернуть её можно при просмотре.
        [few] 🚫 Отложены { $n } фотографии. Вернуть их можно при просмотре.
       *[other] 🚫 Отложено { $n } фотографий. Вернуть их можно при просмотре.
    }
photos-tidy = 🧹 Отложить лишнее ({ $n })
photos-review = 🔍 Просмотреть фото ({ $n })
photos-continue = ✅ Перейти к обучению
photos-train-again = 🎓 Обучить заново
photos-to-training = ⏳ Посмотреть, как идёт обучение
photos-tidied = 🧹 Отложено: { $what }. Ничего не удалено: любую фотографию можно вернуть при просмотре.
photos-tidied-nothing = 🧹 Откладывать нечего: все фотографии полезны.
photos-tidied-twins = { $n ->
        [one] { $n } похожая на другую
        [few] { $n } похожие на другие
       *[other] { $n } похожих на другие
    }
photos-tidied-rejected = { $n ->
        [one] { $n } непригодная
        [few] { $n } непригодные
       *[other] { $n } непригодных
    }
photos-tidied-weak = { $n ->
        [one] ещё { $n }
        [few] ещё { $n }
       *[other] ещё { $n }
    }
photos-no-words = Здесь я жду фотографии. Пришлите их или нажмите кнопку.
photos-no-picture = 📄 Это не фотография. Пришлите картинку: JPEG, PNG или WebP.
photos-heic = 📄 Это файл HEIC, его я прочитать не могу. Пришлите его как фото, а не как файл, и Telegram сам сделает его понятным.
photos-too-large = 📦 Такие большие файлы Telegram мне не передаёт (предел 20 МБ). Пришлите его как фото, а не как файл, и он поместится.
photos-not-given = 📡 Telegram не отдал мне эту фотографию. Пришлите её, пожалуйста, ещё раз.
photos-duplicate = 👯 Эта фотография у меня уже есть. Одной достаточно, вторую я не сохранил.
photos-whose = <b>Для какого аватара эта фотография?</b>

    Откройте его здесь и пришлите фото ещё раз.
photos-whose-none = <b>Фотографии нужен аватар.</b>

    Создайте его: это всего два вопроса. А потом пришлите фото ещё раз.
photos-review-title = { $n ->
        [one] 🔍 <b>{ $name }</b>: { $n } фотография. Нажмите на номер, чтобы открыть её.
        [few] 🔍 <b>{ $name }</b>: { $n } фотографии. Нажмите на номер, чтобы открыть нужную.
       *[other] 🔍 <b>{ $name }</b>: { $n } фотографий. Нажмите на номер, чтобы открыть нужную.
    }
photos-review-none = 🔍 У аватара <b>{ $name }</b> пока нет фотографий. Просто пришлите их.
photos-mark-weak = слабая, лучше заменить
photos-mark-twin = похожа на другую
photos-mark-rejected = не подходит
photos-mark-left-out = отложена
photos-number = <b>Фото { $number } из { $of }</b>
photos-is-cover = ⭐ обложка
photos-is-good = ✅ Хорошая фотография.
photos-is-weak = Она подойдёт, но есть замечание:
photos-is-rejected = По ней я учиться не могу:
photos-is-left-out = 🚫 Отложена: она сохранена, но учиться по ней я не буду.
photos-make-cover = ⭐ Сделать обложкой
photos-earlier = ⏪ Ближе к началу
photos-later = Ближе к концу ⏩
photos-leave-out = 🚫 Отложить
photos-take-back = ↩️ Вернуть
photos-delete = 🗑 Удалить
photos-delete-question = <b>Удалить эту фотографию?</b>

    Вернуть её будет нельзя. Если вы просто не хотите, чтобы я по ней учился, лучше отложите её.
photos-delete-surely = 🗑 Да, удалить
photos-deleted = 🗑 Фотография удалена.

## training

training-fast = ⚡ Быстро
training-balanced = ⚖️ Оптимально
training-quality = 💎 Тщательно
training-fast-what = Чтобы скорее увидеть, что получится.
training-balanced-what = Хорошее сходство, подходит почти всем.
training-quality-what = Самое точное сходство, на какое я способен.
training-minutes = { $span } мин
training-choose = 🎓 <b>{ $name }</b>: насколько тщательно мне учиться?

    { $photos ->
        [one] Буду учиться по { $photos } фотографии.
        [few] Буду учиться по { $photos } фотографиям.
       *[other] Буду учиться по { $photos } фотографиям.
    }
training-advised = 💡 <b>Что сделает результат ещё лучше</b>
training-required = <b>Чего не хватает</b>
training-not-ready = 🎓 <b>{ $name }</b>: пока начать нельзя.
training-more-photos = 📸 Сначала добавить фото
training-add-photos = 📸 К фотографиям
training-complete = ✏️ Дополнить
training-confirm = 🎓 <b>Начинаем?</b>

    Аватар: <b>{ $name }</b>
    Обучение: { $preset }
    Фотографий: { $photos }
    Время: примерно { $minutes }
    Цена: <b>{ $price }</b>

    Чат можно закрыть: я напишу, как только аватар будет готов.
training-start = ✅ Начать · { $price }
training-kept = Аватар и фотографии никуда не денутся: возвращайтесь сюда, когда можно будет продолжить.
training-title = 🎓 <b>{ $name }</b> · { $preset }
training-preparing = 📦 Упаковываю фотографии.
training-submitting = 🚚 Фотографии уже в пути.
training-queued = ⏳ В очереди. Вот-вот начнётся.
training-queued-behind = { $n ->
        [one] ⏳ В очереди: впереди { $n } обучение.
        [few] ⏳ В очереди: впереди { $n } обучения.
       *[other] ⏳ В очереди: впереди { $n } обучений.
    }
training-running = 🧠 Учусь.
training-stalled = 🕰 Это длится дольше обычного, и сейчас мне не видно, сколько уже сделано. От вас ничего не нужно: я слежу и напишу, когда узнаю больше.
training-eta = { $n ->
        [one] Осталась примерно { $n } минута.
        [few] Осталось примерно { $n } минуты.
       *[other] Осталось примерно { $n } минут.
    }
training-eta-soon = Вот-вот закончу.
training-told-later = Я напишу, как только аватар будет готов.
training-cancel = ✖️ Остановить
training-cancel-question = <b>Остановить обучение аватара { $name }?</b>

    То, чему я успел научиться, пропадёт. Фотографии останутся, и начать заново можно в любой момент.
training-cancel-surely = ✖️ Да, остановить
training-cancelling = ✋ Останавливаю обучение аватара <b>{ $name }</b>. Это займёт немного времени.
training-cancelled = ✋ Обучение аватара <b>{ $name }</b> остановлено. Все фотографии на месте.
training-completed = 🎉 <b>Аватар { $name } готов!</b>

    Можно делать картинки. Напишите, что хотите увидеть, или выберите стиль.
training-failed = 😔 Обучить аватар <b>{ $name }</b> не получилось.

    { $why }
training-failed-face = На фотографиях не нашлось отчётливого лица. Просмотрите их, отложите те, где лица нет или людей несколько, добавьте снимки, где лицо хорошо видно, и начните новое обучение.
training-failed-content = Некоторые фотографии не прошли проверку безопасности. Просмотрите их, отложите слишком откровенные и начните новое обучение.
training-failed-photos = Пока я упаковывал фотографии, некоторые исчезли. Посмотрите, что осталось, и начните новое обучение.
training-failed-other = Это не ваша вина, и все фотографии на месте. Попробуйте ещё раз; если снова не получится, отложите самые слабые фотографии.
training-retry = 🔁 Ещё раз · { $price }
training-avatar = 👤 К аватару
training-photos = 📸 К фотографиям
training-open = 👀 Открыть

## avatars

avatars-title = 👥 <b>Мои аватары</b>
avatars-none = 👥 <b>Мои аватары</b>

    Пока ни одного. Пришлите несколько фотографий, и я запомню, как вы выглядите.
avatars-none-ready = Готовых аватаров пока нет.
avatars-none-unfinished = Все аватары готовы.
avatars-list-hint = Выберите аватар, чтобы сделать с ним картинку или закончить его.
avatars-create = ✨ Новый аватар
avatars-filter-all = Все { $n }
avatars-filter-ready = Готовые { $n }
avatars-filter-unfinished = Не готовые { $n }
avatars-is-main = ⭐ Ваш главный аватар
avatars-status-draft = Только начат: не хватает пары сведений.
avatars-status-photos = Жду ваших фотографий.
avatars-status-ready = Фотографии на месте. Можно начинать обучение.
avatars-status-training = Учусь узнавать этот аватар. Сообщу, когда всё будет готово.
avatars-status-training-again = Готов к картинкам. Идёт новое обучение, а пока я пользуюсь прежней версией.
avatars-status-again-failed = Готов к картинкам. Последнее обучение не удалось, поэтому я пользуюсь прежней версией.
avatars-status-completed = Готов к картинкам.
avatars-status-error = Обучение не удалось. Посмотрите, что случилось, и попробуйте ещё раз.
avatars-status-cancelled = Отменён. Теперь его можно только удалить.
avatars-counts =
    📷 { $photos ->
        [one] { $photos } фотография
        [few] { $photos } фотографии
       *[many] { $photos } фотографий
    }, подходит для обучения: { $usable }
    🎓 { $trainings ->
        [one] { $trainings } обучение
        [few] { $trainings } обучения
       *[many] { $trainings } обучений
    } · 🖼 { $pictures ->
        [one] { $pictures } картинка
        [few] { $pictures } картинки
       *[many] { $pictures } картинок
    }
avatars-generate = 🎨 Создать картинку
avatars-resume = ▶️ Продолжить
avatars-watch-training = ⏳ Как идёт обучение
avatars-see-failure = ⚠️ Что случилось
avatars-pictures = 🖼 Картинки
avatars-photos = 📷 Фотографии
avatars-train-again = 🎓 Обучить заново
avatars-versions = 🗂 Версии
avatars-statistics = 📊 В цифрах
avatars-rename = ✏️ Назвать иначе
avatars-make-main = ⭐ Сделать главным
avatars-delete = 🗑 Удалить
avatars-main-made = ⭐ Теперь это главный аватар. Я беру его, если вы не выбрали другой.
avatars-rename-ask = ✏️ Как теперь назвать аватар <b>{ $name }</b>? Пришлите новое имя.
avatars-renamed = ✅ Новое имя сохранено.
avatars-name-too-long = В имени может быть от 1 до { $most } символов. Пришлите, пожалуйста, покороче.
avatars-statistics-text =
    📊 <b>{ $name }</b>

    Создан { $since }
    📷 Фотографии: { $photos }
    🎓 Обучения: { $trainings }
    🖼 Картинки: { $pictures }
    ❤️ Избранное: { $favourites }
    💰 Потрачено: { $spent }
avatars-statistics-duration = ⏱ Обучение занимает около { $minutes } мин
avatars-versions-text = 🗂 <b>{ $name }</b>

    После каждого обучения появляется новая версия. Картинки делает та, что отмечена галочкой. Чтобы взять другую, нажмите на неё.
avatars-version = № { $n } · { $preset } · { $day }
avatars-preset-fast = быстро
avatars-preset-balanced = обычно
avatars-preset-quality = тщательно
avatars-version-used = ✅ Теперь картинки делает версия { $n }.
avatars-delete-ask = 🗑 Удалить аватар <b>{ $name }</b> навсегда?

    Вместе с ним исчезнет всё, чему я научился, а также { $photos ->
        [one] { $photos } фотография
        [few] { $photos } фотографии
       *[many] { $photos } фотографий
    } и { $pictures ->
        [one] { $pictures } картинка
        [few] { $pictures } картинки
       *[many] { $pictures } картинок
    }. Вернуть это не сможет никто.
avatars-delete-yes = 🗑 Да, удалить всё
avatars-delete-no = ⬅️ Нет, оставить
avatars-deleted = 🗑 Аватар удалён вместе с фотографиями и картинками.

## generate

generate-no-avatar = 🎨 С удовольствием, но я ещё не знаю, как вы выглядите. Начните с первого аватара.
generate-not-trained = 🎨 С удовольствием, но сначала аватар нужно обучить. Когда он будет готов, пришлите эти слова ещё раз.
generate-too-long = Слишком длинно: я принимаю до { $most } символов. Пришлите, пожалуйста, покороче.
generate-wish-title = 🎨 <b>Новая картинка: { $name }</b>
generate-hint-words = ✍️ Напишите, что хотите увидеть, например: <i>на балконе осенним утром, с чашкой кофе</i>. Или выберите стиль или целый набор.
generate-hint-words-too = ✍️ Этого достаточно. Можно ещё написать, что добавить.
generate-line-style = 🎭 <b>{ $name }</b>: { $description }
generate-line-shape = 📐 { $shape }
generate-line-price =
    💰 { $n ->
        [one] { $n } картинка
        [few] { $n } картинки
       *[many] { $n } картинок
    }: { $price }
generate-shape-square = Квадрат, 1:1
generate-shape-portrait = Портретный кадр, 3:4
generate-shape-landscape = Альбомный кадр, 4:3
generate-shape-tall = На весь экран телефона, 9:16
generate-shape-wide = Широкий кадр, 16:9
generate-create =
    🚀 Создать { $n ->
        [one] { $n } картинку
        [few] { $n } картинки
       *[many] { $n } картинок
    }
generate-nothing-wished = ✍️ Сначала напишите, что хотите увидеть, или выберите стиль.
generate-choose-style = 🎭 Стиль
generate-choose-set = 📦 Целый набор
generate-like-style = 🤍 Запомнить стиль
generate-unlike-style = ❤️ Стиль в избранном
generate-no-style = ✖️ Без стиля
generate-improve = ✨ Улучшить описание
generate-improved = ✨ Я поработал над описанием. Вот что я бы сделал:
generate-cannot-improve = Улучшать описания здесь нельзя. Ваше и так подойдёт.
generate-own-words = ↩️ Вернуть мои слова
generate-no-words = 🧽 Стереть
generate-count = ×{ $n }
generate-other-avatar = 👥 Другой аватар
generate-whom = 👥 Кто будет на картинке?
generate-categories = 🎭 <b>Стили</b>

    Выберите раздел. Пока ничего не создаётся.
generate-liked-styles = ❤️ Избранное { $n }
generate-liked-title = Избранное
generate-styles-title = Стили
generate-no-styles = Здесь ничего нет.
generate-packs = 📦 <b>Наборы</b>

    В наборе много картинок, которые подходят друг к другу. Цену вы увидите заранее.
generate-no-packs = 📦 Для этого аватара наборов нет.
generate-pack-row = { $name } · { $n }
generate-set = 📦 <b>{ $name }</b>
    { $description }

    Аватар: <b>{ $avatar }</b>
generate-working =
    ⏳ Создаю { $n ->
        [one] картинку
        [few] { $n } картинки
       *[many] { $n } картинок
    } с аватаром <b>{ $name }</b>. Пришлю сюда, как только { $n ->
        [one] она будет готова
       *[many] они будут готовы
    }.
generate-stopping = ✋ Останавливаюсь. То, что уже готово, останется у вас.
generate-done =
    ✅ { $n ->
        [one] Картинка
        [few] { $n } картинки
       *[many] { $n } картинок
    } с аватаром <b>{ $name }</b>
generate-kept-back =
    🔞 { $n ->
        [one] Ещё одну показать нельзя.
        [few] Ещё { $n } показать нельзя.
       *[many] Ещё { $n } показать нельзя.
    }
generate-moderated = 🔞 То, что получилось, показать нельзя. Попробуйте описать иначе.
generate-declined = 🚫 По этому описанию создать картинку нельзя. Скажите, пожалуйста, иначе.
generate-failed = 😔 Картинка не получилась, и это не ваша вина. Попробуйте ещё раз.
generate-cancelled = ✖️ Вы остановили эту картинку.
generate-like = 🤍 В избранное
generate-unlike = ❤️ В избранном
generate-repeat = 🔁 Ещё такие · { $price }
generate-again = 🔁 Ещё раз · { $price }
generate-original = 📎 Оригинал { $n }
generate-show = 🖼 Показать ещё раз
generate-words = 📝 Описание
generate-change = ✏️ Изменить
generate-other = 🎨 Другая картинка
generate-delete = 🗑 Удалить
generate-open = 🖼 Открыть
generate-open-failed = 👀 Что можно сделать
generate-words-title = 📝 <b>{ $name }</b> · { $day }
generate-words-style = 🎭 { $name }
generate-words-none = Слов здесь не было: хватило стиля.
generate-delete-ask =
    🗑 Удалить навсегда { $n ->
        [one] эту картинку
        [2] обе картинки
        [few] все { $n } картинки
       *[many] все { $n } картинок
    }?
generate-delete-yes = 🗑 Да, удалить
generate-delete-no = ⬅️ Нет, оставить
generate-deleted = 🗑 Удалено.
generate-pack-title = 📦 <b>{ $name }</b> · <b>{ $avatar }</b>
generate-pack-unnamed = Набор картинок
generate-pack-preview = Этот набор я сделал сам, чтобы показать, чему научился.
generate-pack-running = ⏳ Картинки создаются. Сообщу, когда будут готовы все.
generate-pack-stopping = ✋ Останавливаюсь. То, что уже готово, останется у вас.
generate-pack-done =
    ✅ { $n ->
        [one] Готово: { $n } картинка.
        [few] Готовы все { $n } картинки.
       *[many] Готовы все { $n } картинок.
    }
generate-pack-partly = ✅ Готово картинок: { $n } из { $total }. Остальные не получились.
generate-pack-failed = 😔 Набор не получился, и это не ваша вина. Попробуйте ещё раз.
generate-pack-cancelled = ✖️ Вы остановили этот набор.
generate-pack-pictures =
    🖼 Смотреть { $n ->
        [one] { $n } картинку
        [few] { $n } картинки
       *[many] { $n } картинок
    }
generate-pack-another = 📦 Другой набор
generate-pack-stop-ask =
    ✋ Остановить?

    { $n ->
        [0] Ни одна картинка ещё не готова.
        [one] { $n } картинка уже готова и останется у вас.
        [few] { $n } картинки уже готовы и останутся у вас.
       *[many] { $n } картинок уже готовы и останутся у вас.
    }
generate-pack-stop-yes = ✋ Да, остановить
generate-pack-stop-no = ⬅️ Нет, продолжить

## images

images-none = 🖼 <b>Мои картинки</b>

    Пока ни одной. Напишите, что хотите увидеть, и я сделаю первую.
images-no-favourites = ❤️ Здесь пока пусто. Отмечайте картинки, которые вам нравятся, и они окажутся здесь.
images-none-of-avatar = 🖼 С этим аватаром картинок пока нет.
images-none-of-pack = 🖼 В этом наборе картинок нет.
images-to-pack = 📦 К набору
images-all = 🖼 Все
images-favourites = ❤️ Избранное
images-original = 📎 Оригинал

## transcripts

transcripts-none = 🎙 <b>Голос в текст</b>

    Пришлите или перешлите голосовое сообщение или запись, и я запишу, что там сказано.
transcripts-list = 🎙 <b>Голос в текст</b>

    Пришлите ещё одно голосовое сообщение или запись или откройте одну из этих.
transcripts-newer = ◀️ Новее
transcripts-older = Раньше ▶️
transcripts-untitled = Запись
transcripts-too-large = 🎙 Запись слишком большая: Telegram отдаёт мне файлы до { $most } МБ. Пришлите её по частям, в MP3 или голосовым сообщением: так она меньше.
transcripts-not-opened = 🎙 Не удалось получить эту запись. Пришлите её, пожалуйста, ещё раз.
transcripts-working = ⏳ Записываю, что сказано. Пришлю, как только закончу.
transcripts-stopping = ✋ Останавливаюсь.
transcripts-silence = 🔇 Кажется, в этой записи никто ничего не говорит.
transcripts-unreadable = 😔 Эту запись я прослушать не могу. Пришлите её голосовым сообщением или в MP3.
transcripts-failed = 😔 Не получилось, и это не ваша вина. Пришлите запись ещё раз.
transcripts-cancelled = ✖️ Вы это остановили. Запись можно прислать снова в любой момент.
transcripts-cut = … Весь текст есть в файле.
transcripts-summary = 📋 Кратко
transcripts-todo = ☑️ Задачи
transcripts-minutes = 🗒 Протокол
transcripts-again = 🔁 Ещё раз
transcripts-no-digests = Пересказы и списки задач здесь недоступны. Сам текст весь перед вами.
transcripts-digest-working = ⏳ Читаю весь текст. Это займёт немного времени.
transcripts-digest-failed = 😔 Не получилось, и это не ваша вина. Попробуйте ещё раз.
transcripts-digest-none = Этого пока нет.
transcripts-digest-empty = Ничего такого в записи нет.
transcripts-digest-file = 📄 Файлом
transcripts-delete = 🗑 Удалить
transcripts-delete-ask = 🗑 Удалить навсегда <b>{ $name }</b>: и запись, и текст?
transcripts-delete-yes = 🗑 Да, удалить
transcripts-delete-no = ⬅️ Нет, оставить
transcripts-deleted = 🗑 Удалено.
transcripts-open = 📝 Открыть

## settings

settings-menu = ⚙️ <b>Настройки</b>

    🌐 Язык: { $language }
    🕰 Часовой пояс: { $zone }
    🖼 Картинки: { $shape }, по { $count } за раз
settings-language = 🌐 Язык
settings-languages = 🌐 На каком языке мне говорить?
settings-language-set = 🌐 Теперь я говорю по-русски.
settings-zone = 🕰 Часовой пояс
settings-zone-none = не выбран
settings-zone-choose = 🕰 <b>Который у вас час?</b>

    Нажмите город, где столько же времени, или напишите название своего города.
settings-zone-now = 🕰 Ваш часовой пояс: <b>{ $zone }</b>

    Нажмите другой город или напишите название своего.
settings-zone-set = 🕰 Теперь сверяюсь с городом { $zone }.
settings-zone-unknown = Такого города я не знаю. Напишите ближайший большой город (можно по-английски, например Buenos Aires) или нажмите тот, где столько же времени.
settings-defaults = 🖼 Какими делать картинки
settings-defaults-text = 🖼 <b>Какими мне делать картинки?</b>

    Это я буду предлагать каждый раз; для любой картинки можно выбрать иначе.
settings-count = Сколько за раз:
settings-shape-any = Как лучше для стиля
settings-shape-square = Квадрат 1:1
settings-shape-portrait = Портрет 3:4
settings-shape-landscape = Альбом 4:3
settings-shape-tall = Для телефона 9:16
settings-shape-wide = Широкая 16:9
settings-statistics = 📊 Статистика
settings-statistics-title = 📊 <b>Что у вас здесь есть</b>
settings-statistics-avatars = 👥 Аватары: { $n }
settings-statistics-photos = 📸 Фотографии: { $n }
settings-statistics-trainings = 🎓 Обучения: { $n }, из них успешно: { $completed }
settings-statistics-duration = ⏱ Обучение длится в среднем { $n } мин
settings-statistics-pictures = 🖼 Картинки: { $n }
settings-statistics-favourites = ❤️ Избранное: { $n }
settings-statistics-stored = 💾 Занимают места: { $megabytes } МБ
settings-statistics-spent = 💵 Потрачено: { $price }
settings-export = 📦 Забрать всё с собой
settings-export-first = 📦 Сначала пришлите мне всё
settings-export-sent = 📦 Собираю всё, что у вас есть, и пришлю сюда, как только соберу.
settings-delete = 🗑 Удалить всё
settings-delete-question = 🗑 <b>Удалить всё?</b>

    Вот что исчезнет, и вернуть это не сможет никто:
    • { $avatars }
    • { $photos }
    • { $pictures }
    • расшифровки ваших записей и настройки
settings-delete-avatars = { $n ->
        [one] { $n } аватар со всем, чему он научился
        [few] { $n } аватара со всем, чему они научились
       *[other] { $n } аватаров со всем, чему они научились
    }
settings-delete-photos = { $n ->
        [one] { $n } фотография
        [few] { $n } фотографии
       *[other] { $n } фотографий
    }
settings-delete-pictures = { $n ->
        [one] { $n } картинка
        [few] { $n } картинки
       *[other] { $n } картинок
    }
settings-delete-on = 🗑 Удалить
settings-delete-last = ⚠️ <b>Это последний вопрос.</b>

    Действительно удалить всё и навсегда?
settings-delete-now = 🗑 Да, удалить всё
settings-delete-not = ↩️ Нет, оставить всё
settings-farewell = 👋 Всё ваше удалено. Спасибо, что были здесь.

    Можно удалить и этот чат: то, что в нём написано, хранит Telegram, а не я.
settings-anew = ✨ Начать заново
settings-city-kaliningrad = Калининград
settings-city-moscow = Москва
settings-city-samara = Самара
settings-city-yekaterinburg = Екатеринбург
settings-city-omsk = Омск
settings-city-novosibirsk = Новосибирск
settings-city-krasnoyarsk = Красноярск
settings-city-irkutsk = Иркутск
settings-city-yakutsk = Якутск
settings-city-vladivostok = Владивосток
settings-city-magadan = Магадан
settings-city-kamchatka = Камчатка
settings-city-minsk = Минск
settings-city-kyiv = Киев
settings-city-chisinau = Кишинёв
settings-city-tbilisi = Тбилиси
settings-city-yerevan = Ереван
settings-city-baku = Баку
settings-city-almaty = Алматы
settings-city-tashkent = Ташкент
settings-city-bishkek = Бишкек
settings-city-dushanbe = Душанбе
settings-city-ashgabat = Ашхабад
settings-city-jerusalem = Иерусалим
settings-city-london = Лондон
settings-city-lisbon = Лиссабон
settings-city-paris = Париж
settings-city-berlin = Берлин
settings-city-warsaw = Варшава
settings-city-athens = Афины
settings-city-istanbul = Стамбул
settings-city-cairo = Каир
settings-city-new-york = Нью-Йорк
settings-city-chicago = Чикаго
settings-city-denver = Денвер
settings-city-los-angeles = Лос-Анджелес
settings-city-dubai = Дубай
settings-city-kolkata = Калькутта
settings-city-bangkok = Бангкок
settings-city-shanghai = Шанхай
settings-city-tokyo = Токио
settings-city-sydney = Сидней
settings-city-auckland = Окленд
settings-city-lagos = Лагос
settings-city-johannesburg = Йоханнесбург
settings-city-sao-paulo = Сан-Паулу
settings-city-mexico-city = Мехико
settings-city-toronto = Торонто

## notices

notice-training-completed = 🎉 <b>Аватар { $name } готов!</b> Сделаем картинку?
notice-training-failed = 😔 Обучить аватар <b>{ $name }</b> не получилось.

    { $why }
notice-training-cancelled = ✋ Обучение аватара <b>{ $name }</b> остановлено.
notice-training-stalled = 🕰 Обучение аватара <b>{ $name }</b> длится дольше обычного. От вас ничего не нужно: я слежу и напишу, когда узнаю больше.
notice-training-under-way = 🧠 Обучение аватара <b>{ $name }</b> идёт.

## problems

problem-bad-request = Не получилось. Попробуйте ещё раз из меню.
problem-invalid-cursor = Список изменился. Откройте его заново.
problem-act-as-required = Не получилось, и это не ваша вина. Попробуйте ещё раз.
problem-digest-mismatch = Файл повредился по дороге. Пришлите его ещё раз.
problem-idempotency-key-required = Не получилось, и это не ваша вина. Попробуйте ещё раз.
problem-unauthenticated = Сервис сейчас недоступен. Попробуйте позже.
problem-invalid-signature = Не получилось, и это не ваша вина. Попробуйте ещё раз.
problem-forbidden = Сервис сейчас недоступен. Попробуйте позже.
problem-above-cap = Это стоит больше, чем здесь разрешено тратить за день. Выберите набор поменьше или способ подешевле.
problem-link-invalid = Ссылка не работает. Откройте экран заново.
problem-link-expired = Ссылка устарела. Откройте экран заново.
problem-not-found = Этого больше нет.
problem-method-not-allowed = Не получилось, и это не ваша вина. Попробуйте ещё раз.
problem-request-timeout = Файл шёл слишком долго. Пришлите его ещё раз.
problem-avatar-incomplete = У аватара чего-то не хватает. Откройте его и закончите.
problem-not-enough-photos = Подходящих фотографий слишком мало. Добавьте ещё.
problem-avatar-state = Сейчас с аватаром так нельзя. Откройте его и посмотрите, что с ним.
problem-training-under-way = Аватар уже учится. Я сообщу, когда он будет готов.
problem-photos-in-use = Фотографии как раз упаковываются для обучения. Попробуйте через минуту.
problem-training-state = Это обучение уже ушло дальше. Откройте его и посмотрите, что с ним.
problem-photos-deleted = Фотографии того обучения удалены. Начните новое.
problem-avatar-not-trained = Аватар ещё не обучен. Сначала обучите его.
problem-generation-state = Эта картинка уже ушла дальше. Откройте её и посмотрите, что с ней.
problem-transcription-state = Эта запись уже ушла дальше. Откройте её и посмотрите, что с ней.
problem-pack-state = Этот набор уже ушёл дальше. Откройте его и посмотрите, что с ним.
problem-prompts-not-configured = Здесь этого нет.
problem-no-pictures = Показать нечего.
problem-spending-stopped = Сейчас ничего создать нельзя: у сервиса перерыв. Попробуйте позже.
problem-main-needs-completion = Главным может быть только обученный аватар.
problem-conflict = Это только что изменилось. Попробуйте ещё раз.
problem-still-running = Я ещё занят этим. Минутку.
problem-webhook-endpoint-disabled = Не получилось, и это не ваша вина. Попробуйте ещё раз.
problem-limit-reached = Больше уже нельзя. Сначала удалите что-нибудь.
problem-events-gone = Не получилось, и это не ваша вина. Попробуйте ещё раз.
problem-precondition-failed = Это только что изменилось. Попробуйте ещё раз.
problem-payload-too-large = Это слишком много. Пришлите что-нибудь поменьше.
problem-unsupported-media-type = Такие файлы я не читаю.
problem-range-not-satisfiable = Не получилось, и это не ваша вина. Попробуйте ещё раз.
problem-validation-failed = Что-то здесь не так. Проверьте и попробуйте ещё раз.
problem-idempotency-key-reused = Не получилось, и это не ваша вина. Попробуйте ещё раз из меню.
problem-file-too-large = Файл слишком большой. Пришлите его как фото, а не как файл, и он поместится.
problem-unsupported-format = Этот файл я прочитать не могу. Пришлите фото: JPEG, PNG или WebP.
problem-corrupt-image = Картинка повреждена. Пришлите другую или эту же ещё раз.
problem-resolution-too-low = Картинка слишком маленькая: короткая сторона должна быть не меньше 512 пикселей. Пришлите оригинал.
problem-resolution-too-high = Картинка слишком большая. Пришлите её как фото, а не как файл.
problem-too-many-photos = У аватара больше нет места. Удалите фотографию, прежде чем добавлять новую.
problem-no-photos = Фотографии здесь нет.
problem-unsupported-audio = Такой файл я прослушать не могу. Пришлите голосовое сообщение или запись в MP3, M4A, OGG, WAV, WebM или FLAC.
problem-audio-empty = В этой записи ничего нет. Запишите её, пожалуйста, ещё раз.
problem-no-audio = Записи здесь нет.
problem-rate-limited = Слишком быстро. Подождите немного.
problem-user-trainings-cap = На сегодня обучения закончились. Завтра будут новые.
problem-user-generations-cap = На сегодня картинки закончились. Завтра будут новые.
problem-user-transcriptions-cap = На сегодня записи закончились. Завтра можно прислать новые.
problem-user-spending-cap = Дневной лимит трат исчерпан. Завтра можно продолжить.
problem-key-trainings-cap = На сегодня обучения закончились для всех. Завтра будут новые.
problem-key-generations-cap = На сегодня картинки закончились для всех. Завтра будут новые.
problem-key-transcriptions-cap = На сегодня записи закончились для всех. Завтра можно прислать новые.
problem-key-spending-cap = Общий дневной лимит трат исчерпан. Завтра можно продолжить.
problem-internal-error = Не получилось, и это не ваша вина. Попробуйте ещё раз.
problem-unavailable = Сервис сейчас недоступен. Попробуйте позже.
