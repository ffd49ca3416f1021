### The words of the bot, in English. Each screen has its section; keys begin with its name.

## common

button-back = ⬅️ Back
button-cancel = ✖️ Cancel
button-refresh = 🔄 Refresh
button-menu = 🏠 Menu
common-outdated = This screen is out of date. Here is the current one.
common-gone = This is no longer there.
common-away = ⏳ The service is away at the moment. I keep what you have sent and go on by myself as soon as it is back.
common-working = ⏳ I am on it.
common-given-up = I could not do this within a day, so I have let go of it. Please send it again.
common-failed = That did not work, through no fault of yours. Please try again.
common-not-sent = 📎 A file could not be sent to you. Please try again.
common-too-large = 📎 This file is larger than Telegram takes from a bot: 50 MB.
common-unknown-command = There is no such command. /help tells what I can do.
common-private-only = I speak in private chats only: a picture of you is nobody else's business. Write to me directly.

## home

command-start = Menu
command-new = New avatar
command-avatars = My avatars
command-generate = Make a picture
command-images = My pictures
command-transcripts = Voice to text
command-settings = Settings
command-language = Language
command-help = Help
home-greeting = 👋 Hello, <b>{ $name }</b>!
home-first-steps = I make pictures of you. Send me a few photos, I learn what you look like, and from then on I can picture you anywhere: in an office, on a mountain, in oil.

    Begin with your first avatar.
home-go-on = Your avatar is waiting for you. Finish it, and the pictures can begin.
home-ready = What shall we make today?
home-generate = 🎨 Make a picture
home-new = ✨ New avatar
home-avatars = 👥 My avatars
home-images = 🖼 My pictures
home-transcripts = 🎙 Voice to text
home-settings = ⚙️ Settings
home-help = ❓ Help
home-not-understood = I cannot do anything with this. I take photos, words and voice messages.
help-text = <b>What I can do</b>

    ✨ <b>Avatars.</b> Send 5 or more photos, choose how thoroughly I should learn, and I tell you when your avatar is ready.
    🎨 <b>Pictures.</b> Write what you want to see, or choose a style or a whole set.
    🎙 <b>Voice to text.</b> Send or forward a voice message or a recording, and I write down what is said.

    Your photos are seen by you alone. Delete an avatar, or everything, whenever you like: /settings

    /new new avatar · /avatars my avatars
    /generate make a picture · /images my pictures
    /transcripts voice to text
    /settings settings · /language language

## create

create-types = <b>What shall the new avatar be?</b>

    👤 <b>Portrait.</b> A person: you, or somebody who agrees to it. I learn the face and can show it anywhere.

    🎨 <b>Style.</b> A manner: how an artist paints, how a series of photos looks. I learn the look and make anything in it.

    📦 <b>Thing.</b> Something you can photograph from all sides: a cup, a car, a toy, your cat.

    You see the time and the price before anything is paid for.
create-portrait = 👤 Portrait
create-style = 🎨 Style
create-object = 📦 Thing
create-compare = ⚖️ Compare
create-go-on = ▶️ Continue: { $name }
create-unnamed = no name yet
create-comparison = <b>Portrait, style or thing?</b>

    <b>What I learn</b>
    👤 a face, recognisable from every side
    🎨 a look: colours, light, strokes
    📦 a thing or an animal, down to the details

    <b>Which photos to send</b>
    👤 one person alone, in different light, with different expressions
    🎨 different pictures, all in the same manner
    📦 the same thing from all sides, in front of different backgrounds

    <b>What it is good for</b>
    👤 portraits, profile pictures, scenes with you in them
    🎨 pictures of anything, in one manner
    📦 advertising, cards, your cat on the moon
create-choose = Please press one of the buttons.
create-gender = <b>Who is it?</b>

    Styles need to know, so that the clothes and poses fit.
create-gender-female = 👩 A woman
create-gender-male = 👨 A man
create-gender-other = 🧑 I would rather not say
create-name = <b>What shall I call the avatar?</b>

    Write me a name. Only you see it, and you can change it at any time.
create-name-empty = I see no letters in this. Please write a name, such as “Ann in spring”.
create-name-long = This name has { $length } characters, and { $most } fit. Something shorter, please.
create-photo-kept = 📸 I have your photo and keep it for this avatar. First please answer this:

## photos

photos-count = 📸 <b>{ $name }</b>
    { $count } · minimum { $minimum }{ $tick }
photos-which-portrait = Send me photos of one person, alone in the picture: close up and from further away, in different light and clothes, on different days. No sunglasses, no filters. One by one or as an album, as you like.
photos-which-style = Send me pictures that all have the manner I am to learn, of different things. One by one or as an album, as you like.
photos-which-object = Send me photos of the thing: from all sides, close up and from further away, in front of different backgrounds. One by one or as an album, as you like.
photos-send-more = { $n ->
        [one] { $n } more good photo is needed. Just send it here.
       *[other] { $n } more good photos are needed. Just send them here.
    }
photos-enough = { $n ->
        [one] This is enough to go on. With one more it gets better still.
       *[other] This is enough to go on. With { $n } more it gets better still.
    }
photos-under-way = 🎓 A training is under way, with the photos it began with. New ones count for the next one.
photos-plenty = ✨ A fine set. You can go on.
photos-left-out = { $n ->
        [one] 🚫 { $n } photo is left out. You can take it back when you look the photos through.
       *[other] 🚫 { $n } photos are left out. You can take them back when you look the photos through.
    }
photos-tidy = 🧹 Leave out what does not help ({ $n })
photos-review = 🔍 Look through the photos ({ $n })
photos-continue = ✅ Go on to the training
photos-train-again = 🎓 Train again
photos-to-training = ⏳ See how the training goes
photos-tidied = 🧹 Left out: { $what }. Nothing is deleted: you can take back any of them when you look the photos through.
photos-tidied-nothing = 🧹 There is nothing to leave out: every photo helps.
photos-tidied-twins = { $n ->
        [one] { $n } that looks like another one
       *[other] { $n } that look like other ones
    }
photos-tidied-rejected = { $n ->
        [one] { $n } that I cannot use
       *[other] { $n } that I cannot use
    }
photos-tidied-weak = { $n ->
        [one] { $n } other one
       *[other] { $n } other ones
    }
photos-no-words = I am waiting for photos here. Send them, or press a button.
photos-no-picture = 📄 This is no photo. Send me a picture: JPEG, PNG or WebP.
photos-heic = 📄 This is a HEIC file, which I cannot read. Send it as a photo instead of as a file, and Telegram makes it readable.
photos-too-large = 📦 This file is larger than Telegram passes on to me (20 MB). Send it as a photo instead of as a file, and it will fit.
photos-not-given = 📡 Telegram did not give me this photo. Please send it again.
photos-duplicate = 👯 I already have this photo. One is enough, the other is not kept.
photos-whose = <b>Which avatar is this photo for?</b>

    Open it here, and send the photo once more.
photos-whose-none = <b>A photo needs an avatar to belong to.</b>

    Make one: it takes two questions. Then send the photo once more.
photos-review-title = { $n ->
        [one] 🔍 <b>{ $name }</b>: { $n } photo. Press its number to open it.
       *[other] 🔍 <b>{ $name }</b>: { $n } photos. Press a number to open one.
    }
photos-review-none = 🔍 <b>{ $name }</b> has no photos yet. Just send me some.
photos-mark-weak = weak, better replaced
photos-mark-twin = looks like another one
photos-mark-rejected = cannot be used
photos-mark-left-out = left out
photos-number = <b>Photo { $number } of { $of }</b>
photos-is-cover = ⭐ the cover
photos-is-good = ✅ A good photo.
photos-is-weak = I can use it, but there is something about it:
photos-is-rejected = I cannot learn from it:
photos-is-left-out = 🚫 Left out: it is kept, but I do not learn from it.
photos-make-cover = ⭐ Make it the cover
photos-earlier = ⏪ Earlier
photos-later = Later ⏩
photos-leave-out = 🚫 Leave out
photos-take-back = ↩️ Take back
photos-delete = 🗑 Delete
photos-delete-question = <b>Delete this photo?</b>

    It cannot be brought back. If you only do not want me to learn from it, leave it out instead.
photos-delete-surely = 🗑 Yes, delete it
photos-deleted = 🗑 The photo is deleted.

## training

training-fast = ⚡ Fast
training-balanced = ⚖️ Balanced
training-quality = 💎 Thorough
training-fast-what = To see quickly what comes of it.
training-balanced-what = A good likeness, right for most.
training-quality-what = The best likeness I can do.
training-minutes = { $span } min
training-choose = 🎓 <b>{ $name }</b>: how thoroughly shall I learn?

    { $photos ->
        [one] I have { $photos } photo to learn from.
       *[other] I have { $photos } photos to learn from.
    }
training-advised = 💡 <b>What would make it better still</b>
training-required = <b>What is missing</b>
training-not-ready = 🎓 <b>{ $name }</b>: I cannot begin yet.
training-more-photos = 📸 Add photos first
training-add-photos = 📸 To the photos
training-complete = ✏️ Complete
training-confirm = 🎓 <b>Shall I begin?</b>

    Avatar: <b>{ $name }</b>
    Training: { $preset }
    Photos: { $photos }
    Time: about { $minutes }
    Price: <b>{ $price }</b>

    You can close the chat meanwhile: I write to you as soon as the avatar is ready.
training-start = ✅ Begin · { $price }
training-kept = The avatar and its photos stay as they are: come back here then.
training-title = 🎓 <b>{ $name }</b> · { $preset }
training-preparing = 📦 I am packing the photos.
training-submitting = 🚚 The photos are on their way.
training-queued = ⏳ In the queue. It begins any moment.
training-queued-behind = { $n ->
        [one] ⏳ In the queue: { $n } is before you.
       *[other] ⏳ In the queue: { $n } are before you.
    }
training-running = 🧠 I am learning.
training-stalled = 🕰 This takes longer than usual, and right now I cannot see how far it is. You need not do anything: I keep looking, and write to you when I know more.
training-eta = { $n ->
        [one] About { $n } minute left.
       *[other] About { $n } minutes left.
    }
training-eta-soon = It should be done any moment.
training-told-later = I write to you as soon as the avatar is ready.
training-cancel = ✖️ Stop
training-cancel-question = <b>Stop the training of { $name }?</b>

    What has been learned so far is lost. The photos stay, and you can begin anew at any time.
training-cancel-surely = ✖️ Yes, stop
training-cancelling = ✋ The training of <b>{ $name }</b> is being stopped. This takes a moment.
training-cancelled = ✋ The training of <b>{ $name }</b> was stopped. The photos are all there.
training-completed = 🎉 <b>{ $name } is ready!</b>

    Now the pictures can begin. Write what you want to see, or choose a style.
training-failed = 😔 The training of <b>{ $name }</b> did not work out.

    { $why }
training-failed-face = I found no clear face in the photos. Look them through, leave out those without a face or with several people, add some in which the face is easy to see, and begin a new training.
training-failed-content = Some of the photos did not pass the safety check. Look them through, leave out those that show too much, and begin a new training.
training-failed-photos = Photos have disappeared while I was packing them. Look through what is there, and begin a new training.
training-failed-other = It is no fault of yours, and your photos are all there. Please try again; if it fails once more, leave out the weakest photos.
training-retry = 🔁 Try again · { $price }
training-avatar = 👤 The avatar
training-photos = 📸 Its photos
training-open = 👀 Open

## avatars

avatars-title = 👥 <b>My avatars</b>
avatars-none = 👥 <b>My avatars</b>

    There is none yet. Send me a few photos, and I learn what you look like.
avatars-none-ready = None of your avatars is ready yet.
avatars-none-unfinished = All of your avatars are ready.
avatars-list-hint = Choose one to make pictures with it, or to finish it.
avatars-create = ✨ New avatar
avatars-filter-all = All { $n }
avatars-filter-ready = Ready { $n }
avatars-filter-unfinished = Unfinished { $n }
avatars-is-main = ⭐ Your main avatar
avatars-status-draft = Just begun: a few details are still missing.
avatars-status-photos = I am waiting for your photos.
avatars-status-ready = The photos are there. Now I can learn.
avatars-status-training = I am learning what it looks like. I will tell you when it is ready.
avatars-status-training-again = Ready for pictures. A new version is being learned; until then I use the one you know.
avatars-status-again-failed = Ready for pictures. The last attempt to learn anew did not work; I use the version before it.
avatars-status-completed = Ready for pictures.
avatars-status-error = Learning did not work. Have a look at what happened, and try again.
avatars-status-cancelled = Given up. You can only delete it now.
avatars-counts =
    📷 { $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    }, { $usable } of them good to learn from
    🎓 { $trainings ->
        [one] { $trainings } training
       *[other] { $trainings } trainings
    } · 🖼 { $pictures ->
        [one] { $pictures } picture
       *[other] { $pictures } pictures
    }
avatars-generate = 🎨 Make a picture
avatars-resume = ▶️ Go on
avatars-watch-training = ⏳ See how far it is
avatars-see-failure = ⚠️ See what happened
avatars-pictures = 🖼 Pictures
avatars-photos = 📷 Photos
avatars-train-again = 🎓 Train again
avatars-versions = 🗂 Versions
avatars-statistics = 📊 Numbers
avatars-rename = ✏️ Rename
avatars-make-main = ⭐ Make it main
avatars-delete = 🗑 Delete
avatars-main-made = ⭐ This is your main avatar now. I use it when you do not choose another one.
avatars-rename-ask = ✏️ What shall <b>{ $name }</b> be called from now on? Send me the new name.
avatars-renamed = ✅ Renamed.
avatars-name-too-long = A name has 1 to { $most } characters. Please send a shorter one.
avatars-statistics-text =
    📊 <b>{ $name }</b>

    Made on { $since }
    📷 Photos: { $photos }
    🎓 Trainings: { $trainings }
    🖼 Pictures: { $pictures }
    ❤️ Favourites: { $favourites }
    💰 Cost so far: { $spent }
avatars-statistics-duration = ⏱ A training takes about { $minutes } min
avatars-versions-text = 🗂 <b>{ $name }</b>

    Each time I learn anew, there is a new version. The one with the tick is used for pictures. Tap another one to use it instead.
avatars-version = No. { $n } · { $preset } · { $day }
avatars-preset-fast = fast
avatars-preset-balanced = balanced
avatars-preset-quality = thorough
avatars-version-used = ✅ From now on I use version { $n }.
avatars-delete-ask = 🗑 Delete <b>{ $name }</b> for good?

    Everything I have learned goes with it, and { $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    } and { $pictures ->
        [one] { $pictures } picture
       *[other] { $pictures } pictures
    }. Nobody can bring this back.
avatars-delete-yes = 🗑 Yes, delete everything of it
avatars-delete-no = ⬅️ No, keep it
avatars-deleted = 🗑 The avatar is deleted, with its photos and pictures.

## generate

generate-no-avatar = 🎨 Gladly, but I do not know yet what you look like. Begin with your first avatar.
generate-not-trained = 🎨 Gladly, but this avatar has to learn first. As soon as it is ready, send me your words again.
generate-too-long = Your words are too long: I take up to { $most } characters. Please send them shorter.
generate-wish-title = 🎨 <b>A new picture with { $name }</b>
generate-hint-words = ✍️ Write what you want to see, for example: <i>on a balcony on an autumn morning, with a cup of coffee</i>. Or choose a style, or a whole set.
generate-hint-words-too = ✍️ This will do. You can also write what else you want to see.
generate-line-style = 🎭 <b>{ $name }</b>: { $description }
generate-line-shape = 📐 { $shape }
generate-line-price =
    💰 { $n ->
        [one] { $n } picture
       *[other] { $n } pictures
    }: { $price }
generate-shape-square = Square, 1:1
generate-shape-portrait = Upright, 3:4
generate-shape-landscape = Sideways, 4:3
generate-shape-tall = Tall as a phone, 9:16
generate-shape-wide = Wide as a film, 16:9
generate-create =
    🚀 Make { $n ->
        [one] { $n } picture
       *[other] { $n } pictures
    }
generate-nothing-wished = ✍️ First write what you want to see, or choose a style.
generate-choose-style = 🎭 Style
generate-choose-set = 📦 Whole set
generate-like-style = 🤍 Remember this style
generate-unlike-style = ❤️ Remembered
generate-no-style = ✖️ No style
generate-improve = ✨ Improve my words
generate-improved = ✨ I have worked on your words. This is what I would make:
generate-cannot-improve = I cannot improve words here. Yours are fine as they are.
generate-own-words = ↩️ My own words
generate-no-words = 🧽 Clear
generate-count = ×{ $n }
generate-other-avatar = 👥 Another avatar
generate-whom = 👥 Who shall be in the picture?
generate-categories = 🎭 <b>Styles</b>

    Choose a kind. Nothing is made yet.
generate-liked-styles = ❤️ My favourites { $n }
generate-liked-title = My favourites
generate-styles-title = Styles
generate-no-styles = There is nothing here.
generate-packs = 📦 <b>Whole sets</b>

    A set makes many pictures that go together. You see the price before anything is made.
generate-no-packs = 📦 There are no sets for this avatar.
generate-pack-row = { $name } · { $n }
generate-set = 📦 <b>{ $name }</b>
    { $description }

    With: <b>{ $avatar }</b>
generate-working =
    ⏳ I am making { $n ->
        [one] a picture
       *[other] { $n } pictures
    } with <b>{ $name }</b>. I will send { $n ->
        [one] it
       *[other] them
    } here as soon as I am done.
generate-stopping = ✋ I am stopping. What is done already, you still get.
generate-done =
    ✅ { $n ->
        [one] A picture
       *[other] { $n } pictures
    } with <b>{ $name }</b>
generate-kept-back =
    🔞 { $n ->
        [one] One more was not suitable to be shown.
       *[other] { $n } more were not suitable to be shown.
    }
generate-moderated = 🔞 What came of this is not suitable to be shown. Say it in other words.
generate-declined = 🚫 I cannot make a picture from these words. Say it differently, please.
generate-failed = 😔 The picture did not work out, through no fault of yours. Try it once more.
generate-cancelled = ✖️ You have stopped this one.
generate-like = 🤍 Favourite
generate-unlike = ❤️ Favourite
generate-repeat = 🔁 More like this · { $price }
generate-again = 🔁 Try again · { $price }
generate-original = 📎 Original { $n }
generate-show = 🖼 Show again
generate-words = 📝 Words
generate-change = ✏️ Change the wish
generate-other = 🎨 Another picture
generate-delete = 🗑 Delete
generate-open = 🖼 Open
generate-open-failed = 👀 See what to do
generate-words-title = 📝 <b>{ $name }</b> · { $day }
generate-words-style = 🎭 { $name }
generate-words-none = You wrote no words: the style alone was enough.
generate-delete-ask =
    🗑 Delete { $n ->
        [one] the picture
        [2] both pictures
       *[other] all { $n } pictures
    } of this wish for good?
generate-delete-yes = 🗑 Yes, delete
generate-delete-no = ⬅️ No, keep
generate-deleted = 🗑 Deleted.
generate-pack-title = 📦 <b>{ $name }</b> with <b>{ $avatar }</b>
generate-pack-unnamed = Set of pictures
generate-pack-preview = I made this by myself, to show what I have learned.
generate-pack-running = ⏳ The pictures are being made. I will tell you when all are there.
generate-pack-stopping = ✋ I am stopping. What is done already, you keep.
generate-pack-done =
    ✅ { $n ->
        [one] The picture is there.
       *[other] All { $n } pictures are there.
    }
generate-pack-partly = ✅ { $n } of { $total } pictures are there. The others did not work out.
generate-pack-failed = 😔 The set did not work out, through no fault of yours. Try it once more.
generate-pack-cancelled = ✖️ You have stopped this set.
generate-pack-pictures =
    🖼 See { $n ->
        [one] the picture
       *[other] { $n } pictures
    }
generate-pack-another = 📦 Another set
generate-pack-stop-ask =
    ✋ Stop here?

    { $n ->
        [0] No picture is done yet.
        [one] One picture is done, and you keep it.
       *[other] { $n } pictures are done, and you keep them.
    }
generate-pack-stop-yes = ✋ Yes, stop
generate-pack-stop-no = ⬅️ No, go on

## images

images-none = 🖼 <b>My pictures</b>

    There is none yet. Write what you want to see, and I make the first.
images-no-favourites = ❤️ Nothing here yet. Mark pictures that you like, and you find them here.
images-none-of-avatar = 🖼 There are no pictures with this avatar yet.
images-none-of-pack = 🖼 There are no pictures of this set.
images-to-pack = 📦 The set
images-all = 🖼 All
images-favourites = ❤️ Favourites
images-original = 📎 Original

## transcripts

transcripts-none = 🎙 <b>Voice to text</b>

    Send or forward me a voice message or a recording, and I write down what is said in it.
transcripts-list = 🎙 <b>Voice to text</b>

    Send me one more voice message or recording, or open one of these.
transcripts-newer = ◀️ Newer
transcripts-older = Older ▶️
transcripts-untitled = Recording
transcripts-too-large = 🎙 This recording is too large: Telegram hands me files of up to { $most } MB. Send it in parts, or as an MP3 or a voice message, which are smaller.
transcripts-not-opened = 🎙 I could not fetch this recording. Please send it once more.
transcripts-working = ⏳ I am writing down what is said. I will send it as soon as I am done.
transcripts-stopping = ✋ I am stopping.
transcripts-silence = 🔇 Nobody says anything in this recording, as far as I can hear.
transcripts-unreadable = 😔 I cannot listen to this recording. Send it as a voice message or as an MP3.
transcripts-failed = 😔 This did not work out, through no fault of yours. Please send the recording once more.
transcripts-cancelled = ✖️ You have stopped this one. Send the recording again whenever you like.
transcripts-cut = … The whole text is in the file.
transcripts-summary = 📋 Summary
transcripts-todo = ☑️ To do
transcripts-minutes = 🗒 Minutes
transcripts-again = 🔁 Try again
transcripts-no-digests = Summaries and to-do lists are not available here. The text itself is all yours.
transcripts-digest-working = ⏳ I am reading the whole text. This takes a moment.
transcripts-digest-failed = 😔 This did not work out, through no fault of yours. Try it once more.
transcripts-digest-none = This is not made yet.
transcripts-digest-empty = There is nothing of the kind in this recording.
transcripts-digest-file = 📄 As a file
transcripts-delete = 🗑 Delete
transcripts-delete-ask = 🗑 Delete <b>{ $name }</b> for good, the recording and its text?
transcripts-delete-yes = 🗑 Yes, delete
transcripts-delete-no = ⬅️ No, keep
transcripts-deleted = 🗑 Deleted.
transcripts-open = 📝 Open

## settings

settings-menu = ⚙️ <b>Settings</b>

    🌐 Language: { $language }
    🕰 Time zone: { $zone }
    🖼 Pictures: { $shape }, { $count } at once
settings-language = 🌐 Language
settings-languages = 🌐 Which language shall I speak?
settings-language-set = 🌐 I speak English from now on.
settings-zone = 🕰 Time zone
settings-zone-none = not chosen
settings-zone-choose = 🕰 <b>What time is it where you are?</b>

    Press a place with the same time, or write me the name of your city.
settings-zone-now = 🕰 Your time zone: <b>{ $zone }</b>

    Press another place, or write me the name of your city.
settings-zone-set = 🕰 I go by the time of { $zone } from now on.
settings-zone-unknown = I know no time zone of this name. Try the nearest big city, such as “Buenos Aires”, or press a place with the same time.
settings-defaults = 🖼 How pictures are made
settings-defaults-text = 🖼 <b>How shall I make pictures?</b>

    This is what I suggest each time; you can still change it for every picture.
settings-count = How many at once:
settings-shape-any = As the style wants it
settings-shape-square = Square 1:1
settings-shape-portrait = Upright 3:4
settings-shape-landscape = Landscape 4:3
settings-shape-tall = For phones 9:16
settings-shape-wide = Wide 16:9
settings-statistics = 📊 Statistics
settings-statistics-title = 📊 <b>What you have here</b>
settings-statistics-avatars = 👥 Avatars: { $n }
settings-statistics-photos = 📸 Photos: { $n }
settings-statistics-trainings = 🎓 Trainings: { $n }, completed: { $completed }
settings-statistics-duration = ⏱ A training takes { $n } min on average
settings-statistics-pictures = 🖼 Pictures: { $n }
settings-statistics-favourites = ❤️ Favourites: { $n }
settings-statistics-stored = 💾 Room they take: { $megabytes } MB
settings-statistics-spent = 💵 Spent: { $price }
settings-export = 📦 Take it all along
settings-export-first = 📦 First send me everything
settings-export-sent = 📦 I am packing everything that is yours and send it here as soon as it is packed.
settings-delete = 🗑 Delete everything
settings-delete-question = 🗑 <b>Delete everything?</b>

    This goes, and nobody can bring it back:
    • { $avatars }
    • { $photos }
    • { $pictures }
    • what was written down of your recordings, and your settings
settings-delete-avatars = { $n ->
        [one] { $n } avatar with all that it has learned
       *[other] { $n } avatars with all that they have learned
    }
settings-delete-photos = { $n ->
        [one] { $n } photo
       *[other] { $n } photos
    }
settings-delete-pictures = { $n ->
        [one] { $n } picture
       *[other] { $n } pictures
    }
settings-delete-on = 🗑 Delete
settings-delete-last = ⚠️ <b>This is the last question.</b>

    Shall I really delete everything, for good?
settings-delete-now = 🗑 Yes, delete everything
settings-delete-not = ↩️ No, keep everything
settings-farewell = 👋 Everything of yours is deleted. Thank you for the time together.

    You can delete this chat, too: what stands in it is kept by Telegram, not by me.
settings-anew = ✨ Begin anew
settings-city-kaliningrad = Kaliningrad
settings-city-moscow = Moscow
settings-city-samara = Samara
settings-city-yekaterinburg = Yekaterinburg
settings-city-omsk = Omsk
settings-city-novosibirsk = Novosibirsk
settings-city-krasnoyarsk = Krasnoyarsk
settings-city-irkutsk = Irkutsk
settings-city-yakutsk = Yakutsk
settings-city-vladivostok = Vladivostok
settings-city-magadan = Magadan
settings-city-kamchatka = Kamchatka
settings-city-minsk = Minsk
settings-city-kyiv = Kyiv
settings-city-chisinau = Chișinău
settings-city-tbilisi = Tbilisi
settings-city-yerevan = Yerevan
settings-city-baku = Baku
settings-city-almaty = Almaty
settings-city-tashkent = Tashkent
settings-city-bishkek = Bishkek
settings-city-dushanbe = Dushanbe
settings-city-ashgabat = Ashgabat
settings-city-jerusalem = Jerusalem
settings-city-london = London
settings-city-lisbon = Lisbon
settings-city-paris = Paris
settings-city-berlin = Berlin
settings-city-warsaw = Warsaw
settings-city-athens = Athens
settings-city-istanbul = Istanbul
settings-city-cairo = Cairo
settings-city-new-york = New York
settings-city-chicago = Chicago
settings-city-denver = Denver
settings-city-los-angeles = Los Angeles
settings-city-dubai = Dubai
settings-city-kolkata = Kolkata
settings-city-bangkok = Bangkok
settings-city-shanghai = Shanghai
settings-city-tokyo = Tokyo
settings-city-sydney = Sydney
settings-city-auckland = Auckland
settings-city-lagos = Lagos
settings-city-johannesburg = Johannesburg
settings-city-sao-paulo = São Paulo
settings-city-mexico-city = Mexico City
settings-city-toronto = Toronto

## notices

notice-training-completed = 🎉 <b>{ $name } is ready!</b> Shall we make a picture?
notice-training-failed = 😔 The training of <b>{ $name }</b> did not work out.

    { $why }
notice-training-cancelled = ✋ The training of <b>{ $name }</b> was stopped.
notice-training-stalled = 🕰 The training of <b>{ $name }</b> takes longer than usual. You need not do anything: I keep looking, and write to you when I know more.
notice-training-under-way = 🧠 The training of <b>{ $name }</b> is under way.

## problems

problem-bad-request = I could not do that. Please try again from the menu.
problem-invalid-cursor = This list has moved on. Please open it again.
problem-act-as-required = That did not work, through no fault of yours. Please try again.
problem-digest-mismatch = The file was damaged on its way. Please send it again.
problem-idempotency-key-required = That did not work, through no fault of yours. Please try again.
problem-unauthenticated = The service is away at the moment. Please try again later.
problem-invalid-signature = That did not work, through no fault of yours. Please try again.
problem-forbidden = The service is away at the moment. Please try again later.
problem-above-cap = This would cost more than is allowed here in a day. Choose a smaller set or a cheaper way.
problem-link-invalid = This link does not work. Please open the screen again.
problem-link-expired = This link has expired. Please open the screen again.
problem-not-found = This is no longer there.
problem-method-not-allowed = That did not work, through no fault of yours. Please try again.
problem-request-timeout = The file took too long to arrive. Please send it again.
problem-avatar-incomplete = Something about the avatar is still missing. Open it and finish it first.
problem-not-enough-photos = There are too few usable photos. Add some more.
problem-avatar-state = This is not possible with the avatar right now. Open it to see how things stand.
problem-training-under-way = The avatar is learning already. I will tell you when it is done.
problem-photos-in-use = The photos are just being packed for the training. Please try again in a minute.
problem-training-state = This training has already moved on. Open it to see how things stand.
problem-photos-deleted = Photos of that training have been deleted. Start a new one.
problem-avatar-not-trained = The avatar has not learned yet. Train it first.
problem-generation-state = This picture has already moved on. Open it to see how things stand.
problem-transcription-state = This recording has already moved on. Open it to see how things stand.
problem-pack-state = This set has already moved on. Open it to see how things stand.
problem-prompts-not-configured = This is not available here.
problem-no-pictures = There is no picture to show.
problem-spending-stopped = Nothing can be made just now: the service is taking a break. Please try again later.
problem-main-needs-completion = Only a trained avatar can be the main one.
problem-conflict = Something else has just changed this. Please try again.
problem-still-running = I am still on it. A moment, please.
problem-webhook-endpoint-disabled = That did not work, through no fault of yours. Please try again.
problem-limit-reached = There are as many of these as there can be. Delete one first.
problem-events-gone = That did not work, through no fault of yours. Please try again.
problem-precondition-failed = Something else has just changed this. Please try again.
problem-payload-too-large = This is too large. Please send something smaller.
problem-unsupported-media-type = I cannot read files of this kind.
problem-range-not-satisfiable = That did not work, through no fault of yours. Please try again.
problem-validation-failed = Something in this is not right. Please check it and try again.
problem-idempotency-key-reused = That did not work, through no fault of yours. Please try again from the menu.
problem-file-too-large = The file is too large. Send it as a photo, not as a file, and it will fit.
problem-unsupported-format = I cannot read this file. Send a photo: JPEG, PNG or WebP.
problem-corrupt-image = The picture is damaged. Please send another one, or the same one again.
problem-resolution-too-low = The picture is too small: its shorter side needs 512 pixels. Send the original.
problem-resolution-too-high = The picture is too large. Send it as a photo, not as a file.
problem-too-many-photos = The avatar is full. Delete a photo before you add another one.
problem-no-photos = There was no photo in this.
problem-unsupported-audio = I cannot listen to this file. Send a voice message, or a recording as MP3, M4A, OGG, WAV, WebM or FLAC.
problem-audio-empty = There is nothing in this recording. Please record it again.
problem-no-audio = There was no recording in this.
problem-rate-limited = That was a little fast. Please wait a moment.
problem-user-trainings-cap = You have used up today's trainings. Tomorrow there are new ones.
problem-user-generations-cap = You have used up today's pictures. Tomorrow there are new ones.
problem-user-transcriptions-cap = You have used up today's recordings. Tomorrow there are new ones.
problem-user-spending-cap = You have used up what may be spent in a day. Tomorrow it goes on.
problem-key-trainings-cap = Today's trainings are used up for everybody here. Tomorrow there are new ones.
problem-key-generations-cap = Today's pictures are used up for everybody here. Tomorrow there are new ones.
problem-key-transcriptions-cap = Today's recordings are used up for everybody here. Tomorrow there are new ones.
problem-key-spending-cap = What may be spent here in a day is used up. Tomorrow it goes on.
problem-internal-error = That did not work, through no fault of yours. Please try again.
problem-unavailable = The service is away at the moment. Please try again later.

