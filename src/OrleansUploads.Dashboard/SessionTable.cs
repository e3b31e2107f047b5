using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Dashboard;

/// <summary>Who is signed in to the dashboard of this process.</summary>
/// <remarks>A session ends when it is not used for a while, after some hours, when its key is removed or changed, and when the process
/// ends. It always has the key's current scope. There is a limited number of sessions, in all and for each key; the least recently used
/// one makes room.</remarks>
internal sealed class SessionTable(ICredentialStore credentials, TimeProvider time)
{
    /// <summary>How long a session may be unused.</summary>
    public static readonly TimeSpan IdleLife = TimeSpan.FromMinutes(30);

    /// <summary>How long a session lasts at most.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    /// <summary>The maximum number of sessions.</summary>
    public const int MaxSessions = 256;

    /// <summary>The maximum number of sessions of one key.</summary>
    public const int MaxSessionsOfKey = 16;

    private const int IdBytes = 24;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly ProcessSeal _seal = new();

    /// <summary>Begins a session.</summary>
    /// <returns>The token that stands for it.</returns>
    public string Begin(Credential credential)
    {
        var id = RandomNumberGenerator.GetHexString(2 * IdBytes, lowercase: true);
        var now = time.GetUtcNow();
        lock (_gate)
        {
            MakeRoom(session => session.Credential.AccessKeyId == credential.AccessKeyId, MaxSessionsOfKey);
            MakeRoom(static _ => true, MaxSessions);
            _sessions.Add(id, new Session(credential, now) { UsedAt = now });
        }

        return _seal.Seal(id);
    }

    /// <summary>The key that signed in, or null if the session has ended.</summary>
    public async ValueTask<Credential?> FindAsync(string? token, CancellationToken cancellationToken)
    {
        if (_seal.Open(token) is not { } id || Use(id) is not { } session)
        {
            return null;
        }

        var known = await credentials.FindAsync(session.Credential.AccessKeyId, cancellationToken);
        if (known is not null && known.Secret == session.Credential.Secret && known.Account == session.Credential.Account)
        {
            return known;
        }

        End(token);
        return null;
    }

    public void End(string? token)
    {
        if (_seal.Open(token) is { } id)
        {
            lock (_gate)
            {
                _sessions.Remove(id);
            }
        }
    }

    private Session? Use(string id)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (!_sessions.TryGetValue(id, out var session))
            {
                return null;
            }

            // A clock that was set back far would keep unused sessions for as long.
            if ((now - session.UsedAt).Duration() > IdleLife || now - session.BegunAt > Life)
            {
                _sessions.Remove(id);
                return null;
            }

            session.UsedAt = now;
            return session;
        }
    }

    private void MakeRoom(Func<Session, bool> counts, int limit)
    {
        var counted = _sessions.Where(entry => counts(entry.Value)).ToList();
        if (counted.Count >= limit)
        {
            _sessions.Remove(counted.MinBy(static entry => entry.Value.UsedAt).Key);
        }
    }

    private sealed record Session(Credential Credential, DateTimeOffset BegunAt)
    {
        public DateTimeOffset UsedAt { get; set; }
    }
}
