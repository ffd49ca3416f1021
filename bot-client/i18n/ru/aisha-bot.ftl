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


## photos


## training


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
avatars-unnamed = Пока без имени
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


## notices


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
