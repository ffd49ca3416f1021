//! What a person sees.

use super::super::screen::Screen;
use super::{Person, Tap};
use crate::harness::app::PATIENCE;

impl Person {
    /// What is visible in the chat.
    pub fn screen(&self) -> Screen {
        self.chat.look(Screen::of)
    }

    /// Waits until the chat looks like this, and gives what is visible then.
    ///
    /// # Panics
    ///
    /// When it does not come to look so; the panic shows the chat.
    pub async fn wait_for(&self, looks: impl Fn(&Screen) -> bool) -> Screen {
        let mut state = self.chat.watch();
        let seeing = async {
            loop {
                // Let go of before anybody looks at it, who may well look at the chat once more.
                let screen = Screen::of(&state.borrow_and_update());
                if looks(&screen) {
                    return screen;
                }
                state.changed().await.expect("the chat stays");
            }
        };
        let seen = tokio::time::timeout(PATIENCE, seeing).await;
        seen.unwrap_or_else(|_| {
            panic!("{PATIENCE:?} have passed, and the chat with {} is\n{}", self.id(), self.screen())
        })
    }

    /// Waits until one of the bot's messages has these words.
    ///
    /// # Panics
    ///
    /// When none comes; the panic shows the chat.
    pub async fn reads(&self, words: &str) -> Screen {
        self.wait_for(|screen| screen.says(words)).await
    }

    /// Waits until the bot has answered a tap, and gives what the answer showed.
    ///
    /// # Panics
    ///
    /// When it does not; the panic shows the chat.
    pub async fn answered(&self, tap: &Tap) -> String {
        let screen = self.wait_for(|screen| screen.toasts.iter().any(|toast| toast.query == tap.id)).await;
        screen.toasts.into_iter().find(|toast| toast.query == tap.id).expect("it was seen").text
    }

    /// Whether the bot has answered a tap.
    pub fn is_answered(&self, tap: &Tap) -> bool {
        self.world.is_answered(&tap.id)
    }
}
