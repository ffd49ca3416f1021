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


## photos


## training


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
avatars-unnamed = No name yet
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


## notices


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

