using System.Collections.Frozen;
using OrleansUploads.Core.Policies;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Gateway.Http.Credentials;

/// <summary>The known access keys. It is called for every request and concurrently, so it must be fast and thread-safe.</summary>
public interface ICredentialStore
{
    ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellationToken);
}

/// <summary>An access key with its secret and account.</summary>
/// <remarks>Not a record, so that the secret never gets into a text by accident.</remarks>
/// <param name="scope">Null for no limits.</param>
public sealed class Credential(string accessKeyId, string secret, AccountId account, KeyScope? scope = null)
{
    /// <summary>Not secret.</summary>
    public string AccessKeyId { get; } = accessKeyId;

    /// <summary>Signs requests.</summary>
    public string Secret { get; } = secret;

    /// <summary>The signer acts for this account.</summary>
    public AccountId Account { get; } = account;

    public KeyScope Scope { get; } = scope ?? KeyScope.Unlimited;

    /// <summary>Never the secret.</summary>
    public override string ToString() => AccessKeyId;
}

/// <summary>Never the secret.</summary>
public sealed class MemoryCredentialStore(IEnumerable<Credential> credentials) : ICredentialStore
{
    private readonly FrozenDictionary<string, Credential> _byKeyId =
        credentials.ToFrozenDictionary(credential => credential.AccessKeyId, StringComparer.Ordinal);

    public ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_byKeyId.GetValueOrDefault(accessKeyId));
}

/// <summary>The key pairs of a key file. A new pair takes effect at once, and other changes of the file within a second. If the file
/// is missing, its pairs stay valid until a second look does not find it either, because some editors remove a file for a moment when
/// they save it.</summary>
public sealed partial class KeyFileCredentialStore : ICredentialStore
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly KeyFile _file;
    private readonly Credential? _operator;
    private readonly TimeProvider _time;
    private readonly ILogger<KeyFileCredentialStore> _logger;
    private readonly Lock _gate = new();
    private FrozenDictionary<string, Credential> _credentials;
    private byte[]? _seen;
    private KeyFile.Stamp? _stamp;
    private bool _isMissing;
    private long _checkedAt;

    /// <param name="operatorKey">Not in the file; null for none.</param>
    /// <param name="logger">Receives an error if the key file cannot be read. The pairs read before stay valid.</param>
    public KeyFileCredentialStore(
        KeyFile file, Credential? operatorKey, TimeProvider time, ILogger<KeyFileCredentialStore> logger)
    {
        _file = file;
        _operator = operatorKey;
        _time = time;
        _logger = logger;
        _checkedAt = time.GetTimestamp();
        _stamp = file.ReadStamp();
        _seen = file.ReadBytes();
        _credentials = Index(file.Parse(_seen));
    }

    public ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellationToken)
    {
        if (IsCheckDue)
        {
            Refresh();
        }

        var found = _credentials.GetValueOrDefault(accessKeyId);
        if (found is null && RefreshIfReplaced())
        {
            found = _credentials.GetValueOrDefault(accessKeyId);
        }

        return ValueTask.FromResult(found);
    }

    private bool IsCheckDue => _time.GetElapsedTime(Volatile.Read(ref _checkedAt)) >= CheckInterval;

    private void Refresh()
    {
        lock (_gate)
        {
            if (!IsCheckDue)
            {
                // Another request has just looked.
                return;
            }

            Read(_file.ReadStamp());
        }
    }

    /// <summary>Reads the file again before its time if it is not the one that was read. Requests with an unknown key call this, so it
    /// reads only the time and the length of an unchanged file.</summary>
    /// <returns>Whether the file was read.</returns>
    private bool RefreshIfReplaced()
    {
        lock (_gate)
        {
            if (_file.ReadStamp() is not { } stamp || stamp == _stamp)
            {
                return false;
            }

            Read(stamp);
            return true;
        }
    }

    private void Read(KeyFile.Stamp? stamp)
    {
        Volatile.Write(ref _checkedAt, _time.GetTimestamp());
        _stamp = stamp;
        try
        {
            // Compare the bytes and not the file times, because a restored copy can have the old times.
            var bytes = _file.ReadBytes();
            var wasMissing = _isMissing;
            _isMissing = bytes is null;
            if (_isMissing && !wasMissing)
            {
                return;
            }

            if (bytes.AsSpan().SequenceEqual(_seen) && (bytes is null) == (_seen is null))
            {
                return;
            }

            _credentials = Index(_file.Parse(bytes));
            _seen = bytes;
            if (_isMissing)
            {
                LogMissing(_logger, _file.Path);
            }
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            LogUnreadable(_logger, _file.Path, FaultText.Describe(fault));
        }
    }

    private FrozenDictionary<string, Credential> Index(IReadOnlyList<KeyPair> pairs)
    {
        var credentials = new Dictionary<string, Credential>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            if (!AccountId.TryParse(pair.Account, out var account))
            {
                throw new InvalidDataException($"{_file.Path}: key {pair.AccessKeyId} has no account number of 12 digits.");
            }

            credentials[pair.AccessKeyId] = new Credential(pair.AccessKeyId, pair.SecretAccessKey, account, pair.Scope);
        }

        if (_operator is not null)
        {
            credentials[_operator.AccessKeyId] = _operator;
        }

        return credentials.ToFrozenDictionary(StringComparer.Ordinal);
    }

    [LoggerMessage(
        2005,
        LogLevel.Error,
        "The key file {Path} cannot be read, and the keys that were read before stay valid: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string path, string reason);

    [LoggerMessage(
        2008,
        LogLevel.Error,
        "The key file {Path} is missing, so its keys are no longer valid. Restore it from a backup, or create a key with 'keys add'.")]
    private static partial void LogMissing(ILogger logger, string path);
}
