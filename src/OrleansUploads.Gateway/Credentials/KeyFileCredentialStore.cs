using System.Collections.Frozen;
using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Gateway.Credentials;

/// <summary>Knows the pairs of the key file, and notices within a second when it has changed.</summary>
public sealed partial class KeyFileCredentialStore : ICredentialStore
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly KeyFile _file;
    private readonly Credential? _operator;
    private readonly TimeProvider _time;
    private readonly ILogger<KeyFileCredentialStore> _logger;
    private readonly Lock _gate = new();
    private FrozenDictionary<string, Credential> _credentials;
    private DateTime _readVersion;
    private long _checkedAt;

    /// <param name="file">The key file.</param>
    /// <param name="operatorKey">A pair that is not in the file; null for none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of a key file that cannot be read; the pairs known before stay good.</param>
    public KeyFileCredentialStore(
        KeyFile file, Credential? operatorKey, TimeProvider time, ILogger<KeyFileCredentialStore> logger)
    {
        _file = file;
        _operator = operatorKey;
        _time = time;
        _logger = logger;
        _checkedAt = time.GetTimestamp();
        _readVersion = file.ReadChangedAt();
        _credentials = Index(file.Read());
    }

    /// <inheritdoc/>
    public ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellationToken)
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _checkedAt)) >= CheckInterval)
        {
            Refresh();
        }

        return ValueTask.FromResult(_credentials.GetValueOrDefault(accessKeyId));
    }

    private void Refresh()
    {
        lock (_gate)
        {
            Volatile.Write(ref _checkedAt, _time.GetTimestamp());
            try
            {
                var version = _file.ReadChangedAt();
                if (version == _readVersion)
                {
                    return;
                }

                _credentials = Index(_file.Read());
                _readVersion = version;
            }
            catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                LogUnreadable(_logger, fault, _file.Path);
            }
        }
    }

    private FrozenDictionary<string, Credential> Index(IReadOnlyList<KeyPair> pairs)
    {
        var credentials = new Dictionary<string, Credential>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            if (!AccountId.TryParse(pair.Account, out var account))
            {
                throw new InvalidDataException($"{_file.Path}: key {pair.AccessKeyId} has no account of 12 digits.");
            }

            credentials[pair.AccessKeyId] = new Credential(pair.AccessKeyId, pair.SecretAccessKey, account);
        }

        if (_operator is not null)
        {
            credentials[_operator.AccessKeyId] = _operator;
        }

        return credentials.ToFrozenDictionary(StringComparer.Ordinal);
    }

    [LoggerMessage(1, LogLevel.Error, "The key file {Path} cannot be read; the keys known before stay good")]
    private static partial void LogUnreadable(ILogger logger, Exception fault, string path);
}
