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


## generate


## images


## transcripts


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
problem-rate-limited = That was a little fast. Please wait a moment.
problem-user-trainings-cap = You have used up today's trainings. Tomorrow there are new ones.
problem-user-generations-cap = You have used up today's pictures. Tomorrow there are new ones.
problem-user-spending-cap = You have used up what may be spent in a day. Tomorrow it goes on.
problem-key-trainings-cap = Today's trainings are used up for everybody here. Tomorrow there are new ones.
problem-key-generations-cap = Today's pictures are used up for everybody here. Tomorrow there are new ones.
problem-key-spending-cap = What may be spent here in a day is used up. Tomorrow it goes on.
problem-internal-error = That did not work, through no fault of yours. Please try again.
problem-unavailable = The service is away at the moment. Please try again later.

