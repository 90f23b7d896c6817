//! Who signs in, takes over, leaves, invites. Everything is decided under the lock of the head: of two who use one
//! link at once, one finds it used.

use endmark_core::digest::Digest;
use time::OffsetDateTime;

use super::{Decision, Draft, OPERATOR, Person, View};
use crate::config::Officers;
use crate::entry::Kind;
use crate::officer::{
    LINKS_OF_ONE_MAX, Link, Officer, REFUSALS_LOGGED_MAX, SESSIONS_IN_A_BROWSER_MAX, SESSIONS_OF_ONE_MAX, Session,
    SessionRefused, Standing, WRONG_PINS_MAX,
};
use crate::registry::{Registry, Row};
use crate::store::{Connection, RowKey, StoreError, Writes, link as link_rows, session as session_rows};
use crate::writer::{Arrival, By, Failure, Invitation, Origin, Reply, SessionChange, SignedIn};

/// What a command about sessions needs, and what it changes.
#[derive(Debug, Default)]
pub(in crate::writer) struct Sessions {
    limits: Officers,
    link: Option<Link>,
    /// How many links of the officer wait to be used.
    waiting: usize,
    /// All sessions of the officer who arrives, the oldest first.
    own: Vec<Session>,
    /// All sessions of the browser.
    browser: Vec<Session>,
    /// What proves the PIN chosen, and the PIN typed.
    chosen: Option<Vec<u8>>,
    typed: Option<Vec<u8>>,
    kept_link: Option<Link>,
    kept: Vec<Session>,
    ended: Vec<Digest>,
    /// Sessions that began before are over.
    over_before: Option<OffsetDateTime>,
}

impl Sessions {
    /// Loads what a command needs.
    pub(in crate::writer) fn load(
        connection: &mut Connection,
        key: &RowKey,
        registry: &Registry,
        limits: Officers,
        change: &SessionChange,
        now: OffsetDateTime,
    ) -> Result<Self, StoreError> {
        let mut sessions = Self { limits, ..Self::default() };
        match change {
            SessionChange::Invite(invitation) => {
                sessions.waiting = link_rows::waiting(connection, &invitation.officer, now)?;
            }
            SessionChange::Leave { session } => {
                sessions.browser = session_rows::of_cookies(connection, key, &[*session])?;
            }
            SessionChange::Arrive(arrival) => {
                sessions.browser = session_rows::of_cookies(connection, key, &arrival.browser)?;
                sessions.over_before = now.checked_sub(limits.session());
                let officer = match &arrival.by {
                    By::Link(digest) => {
                        sessions.link = match link_rows::of(connection, key, digest)? {
                            Some(Row::Good(link)) => Some(link),
                            Some(Row::Tampered(what)) => {
                                tracing::error!(what, "a link was changed outside the service; it signs nobody in");
                                None
                            }
                            None => None,
                        };
                        sessions.link.as_ref().map(|link| link.officer.clone())
                    }
                    By::Certificate(fingerprint) => {
                        registry.officer_by_certificate(fingerprint, now).map(|officer| officer.id.clone())
                    }
                    By::Pin { session, .. } => sessions.in_browser(session).map(|there| there.officer.clone()),
                };
                if let Some(officer) = officer {
                    sessions.own = session_rows::of_officer(connection, key, &officer)?;
                    sessions.chosen = arrival.pin.as_ref().map(|pin| key.pin(&officer, pin));
                    if let By::Pin { pin, .. } = &arrival.by {
                        sessions.typed = Some(key.pin(&officer, pin));
                    }
                }
            }
        }
        Ok(sessions)
    }

    fn in_browser(&self, digest: &Digest) -> Option<&Session> {
        self.browser.iter().find(|session| session.digest == *digest)
    }

    pub(super) fn write(&self, writes: &mut Writes<'_>, key: &RowKey) -> Result<(), StoreError> {
        if let Some(link) = &self.kept_link {
            link_rows::put(writes.connection()?, key, link)?;
        }
        if !self.ended.is_empty() {
            session_rows::remove(writes.connection()?, &self.ended)?;
        }
        for session in &self.kept {
            session_rows::put(writes.connection()?, key, session)?;
        }
        let Some(moment) = self.over_before else { return Ok(()) };
        session_rows::remove_begun_before(writes.connection()?, moment)
    }
}

pub(super) fn decide(
    change: &SessionChange,
    origin: &Origin,
    view: &mut View<'_>,
    leaf: u64,
) -> Result<Decision, Failure> {
    match change {
        SessionChange::Invite(invitation) => invite(invitation, origin, view, leaf),
        SessionChange::Arrive(arrival) => arrive(arrival, origin, view, leaf),
        SessionChange::Leave { session } => leave(session, origin, view),
    }
}

fn draft(kind: Kind, officer: &Officer, decision: &'static str) -> Draft {
    let mut draft = Draft::new(kind, officer.organisation.to_string(), decision);
    draft.role = crate::officer::ROLE;
    draft.officer = Some(Person::Registered(officer.id.clone()));
    draft.office = Some(officer.office.to_string());
    draft
}

fn invite(invitation: &Invitation, origin: &Origin, view: &mut View<'_>, leaf: u64) -> Result<Decision, Failure> {
    let by = match &origin.officer {
        Some(id) => Some(view.registry.officer(id).ok_or(Failure::NotAnOfficer)?),
        None => None,
    };
    let invited = view.registry.officer(&invitation.officer);
    let outcome = match (by, invited) {
        (Some(by), _) if !by.supervisor => Err(SessionRefused::NotASupervisor),
        // Whether there is such an officer elsewhere is not a supervisor's business: the same answer.
        (Some(by), invited) if !invited.is_some_and(|invited| by.is_colleague_of(invited)) => {
            Err(SessionRefused::AnotherOffice)
        }
        (_, None) => Err(SessionRefused::OfficerNotActive),
        _ if view.sessions.waiting >= LINKS_OF_ONE_MAX => Err(SessionRefused::TooManyLinks),
        _ => Ok(()),
    };
    let mut draft = match by {
        Some(by) => draft(Kind::OfficerInvited, by, "done"),
        None => Draft::new(Kind::OfficerInvited, OPERATOR.to_owned(), "done"),
    };
    if by.is_none() {
        draft.role = OPERATOR;
    }
    draft.subject = Some(invitation.id.clone());
    draft.change = Some("added");
    let reply = match outcome {
        Ok(()) => {
            let Invitation { id, digest, officer, until } = invitation.clone();
            view.sessions.kept_link = Some(Link { id, digest, officer, until, used: None, refused: 0, leaf });
            Reply::Changed
        }
        Err(why) => {
            draft.decision = "refused";
            draft.reasons.push(why.code().into());
            Reply::SessionRefused(why)
        }
    };
    Ok(Decision::new(draft, None, reply))
}

fn leave(session: &Digest, origin: &Origin, view: &mut View<'_>) -> Result<Decision, Failure> {
    let id = origin.officer.as_ref().ok_or(Failure::NotAnOfficer)?;
    let officer = view.registry.officer(id).ok_or(Failure::NotAnOfficer)?;
    let there = view.sessions.in_browser(session).filter(|there| there.officer == *id);
    let ended = there.ok_or(Failure::NotSignedIn)?.digest;
    view.sessions.ended.push(ended);
    Ok(Decision::new(draft(Kind::OfficerSignedOut, officer, "done"), None, Reply::SignedOut))
}

/// The officer who arrives, as what is shown names him. Nothing that is unknown gets into the log.
fn named(arrival: &Arrival, view: &View<'_>) -> Option<String> {
    let sessions = &view.sessions;
    match &arrival.by {
        By::Link(_) => sessions.link.as_ref().map(|link| link.officer.clone()),
        By::Certificate(fingerprint) => {
            view.registry.officer_by_certificate(fingerprint, view.moment.at).map(|officer| officer.id.clone())
        }
        By::Pin { session, .. } => sessions.in_browser(session).map(|there| there.officer.clone()),
    }
}

fn arrive(arrival: &Arrival, origin: &Origin, view: &mut View<'_>, leaf: u64) -> Result<Decision, Failure> {
    let now = view.moment.at;
    let id = named(arrival, view).ok_or(Failure::NotSignedIn)?;
    let officer = view.registry.registered_officer(&id).ok_or(Failure::NotSignedIn)?;
    let mut draft = draft(Kind::OfficerSignedIn, officer, "done");
    draft.change = Some(arrival.by.as_str());
    let shown = match &arrival.by {
        By::Link(_) => by_link(view, now, leaf)?,
        By::Certificate(_) => Ok(view.sessions.chosen.clone()),
        By::Pin { session, .. } => by_pin(session, origin, view, now)?,
    };
    draft.subject = view.sessions.kept_link.as_ref().map(|link| link.id.clone());
    let outcome = if officer.active { shown } else { Err(SessionRefused::OfficerNotActive) };
    let pin = match outcome {
        Ok(pin) => pin,
        Err(why) => {
            if let Some(link) = &mut view.sessions.kept_link {
                refuse(link, view.sessions.link.as_ref());
            }
            draft.decision = "refused";
            draft.reasons.push(why.code().into());
            return Ok(Decision::new(draft, None, Reply::SessionRefused(why)));
        }
    };
    let (previous, colleagues) = make_room(arrival, officer, view, now);
    draft.previous.clone_from(&previous);
    let certificate = origin.client.filter(|client| officer.is_known_by(client, now) && arrival.is_bound(view));
    let (digest, officer) = (arrival.token, id.clone());
    view.sessions.kept.push(Session {
        digest,
        officer,
        began: began(arrival, view, now),
        used: now,
        certificate,
        pin,
        wrong_pins: 0,
        parked: false,
    });
    let reply = Reply::SignedIn(SignedIn { officer: id, previous, colleagues });
    Ok(Decision::new(draft, None, reply))
}

impl Arrival {
    /// Whether the new session is good only with the client certificate it begins with.
    fn is_bound(&self, view: &View<'_>) -> bool {
        match &self.by {
            By::Link(_) => false,
            By::Certificate(_) => true,
            By::Pin { session, .. } => {
                view.sessions.in_browser(session).is_some_and(|there| there.certificate.is_some())
            }
        }
    }
}

/// A PIN lengthens no session: it ends when the one it brings back would have ended.
fn began(arrival: &Arrival, view: &View<'_>, now: OffsetDateTime) -> OffsetDateTime {
    match &arrival.by {
        By::Pin { session, .. } => view.sessions.in_browser(session).map_or(now, |there| there.began),
        By::Link(_) | By::Certificate(_) => now,
    }
}

type Shown = Result<Option<Vec<u8>>, SessionRefused>;

fn by_link(view: &mut View<'_>, now: OffsetDateTime, leaf: u64) -> Result<Shown, Failure> {
    let sessions = &mut view.sessions;
    let link = sessions.link.as_ref().ok_or(Failure::NotSignedIn)?;
    let shown = match link.used {
        _ if link.refused >= REFUSALS_LOGGED_MAX => return Err(Failure::NotSignedIn),
        Some(_) => Err(SessionRefused::LinkUsed),
        None if link.until <= now => Err(SessionRefused::LinkExpired),
        None => Ok(sessions.chosen.clone()),
    };
    sessions.kept_link = Some(Link { used: link.used.or(Some(now)), leaf, ..link.clone() });
    Ok(shown)
}

/// A link that was refused is not used by that, only counted.
fn refuse(link: &mut Link, before: Option<&Link>) {
    link.used = before.and_then(|before| before.used);
    link.refused = link.refused.saturating_add(1);
}

fn by_pin(session: &Digest, origin: &Origin, view: &mut View<'_>, now: OffsetDateTime) -> Result<Shown, Failure> {
    let sessions = &mut view.sessions;
    let there = sessions.in_browser(session).ok_or(Failure::NotSignedIn)?;
    let bound = there.certificate.is_none_or(|own| origin.client == Some(own));
    if !bound || there.standing(&sessions.limits, now) == Standing::Over || there.pin.is_none() {
        return Err(Failure::NotSignedIn);
    }
    if there.pin == sessions.typed {
        return Ok(Ok(there.pin.clone()));
    }
    let mut tried = there.clone();
    tried.wrong_pins = tried.wrong_pins.saturating_add(1);
    if tried.wrong_pins >= WRONG_PINS_MAX {
        sessions.ended.push(tried.digest);
    } else {
        sessions.kept.push(tried);
    }
    Ok(Err(SessionRefused::PinWrong))
}

/// Makes room for a new session: in the browser, where a colleague's waits for its PIN or ends, and among the
/// officer's own. Gives the colleague whose place is taken, and the sessions that stay in the browser.
fn make_room(
    arrival: &Arrival,
    officer: &Officer,
    view: &mut View<'_>,
    now: OffsetDateTime,
) -> (Option<String>, Vec<Digest>) {
    let (registry, sessions) = (view.registry, &mut view.sessions);
    let (mut previous, mut colleagues) = (None, Vec::new());
    for there in &sessions.browser {
        let taken_over = matches!(&arrival.by, By::Pin { session, .. } if *session == there.digest);
        let standing = there.standing(&sessions.limits, now);
        let colleague = registry.officer(&there.officer).is_some_and(|other| officer.is_colleague_of(other));
        let another = there.officer != officer.id && colleague && !taken_over;
        if another && standing == Standing::Good {
            previous = Some(there.officer.clone());
        }
        if another && standing != Standing::Over && there.pin.is_some() {
            colleagues.push(there.digest);
            sessions.kept.push(Session { parked: true, ..there.clone() });
        } else {
            sessions.ended.push(there.digest);
        }
    }
    let others_max = SESSIONS_IN_A_BROWSER_MAX.saturating_sub(1);
    sessions.kept.sort_by_key(|session| session.began);
    while colleagues.len() > others_max {
        let oldest = sessions.kept.remove(0).digest;
        colleagues.retain(|digest| *digest != oldest);
        sessions.ended.push(oldest);
    }
    let lasting = sessions.own.iter().filter(|own| !sessions.ended.contains(&own.digest));
    let lasting: Vec<Digest> = lasting.map(|own| own.digest).collect();
    let too_many = lasting.len().saturating_add(1).saturating_sub(SESSIONS_OF_ONE_MAX);
    sessions.ended.extend(lasting.into_iter().take(too_many));
    (previous, colleagues)
}
