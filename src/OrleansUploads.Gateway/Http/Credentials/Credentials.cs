using System.Collections.Frozen;
using OrleansUploads.Core.Policies;

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
    private readonly KeyFile _file;
    private readonly Credential? _operator;
    private readonly RenewableFiles<FrozenDictionary<string, Credential>> _credentials;
    private KeyFile.Stamp? _stamp;
    private bool _isMissing = true;

    /// <param name="operatorKey">Not in the file; null for none.</param>
    /// <param name="logger">Receives an error if the key file cannot be read. The pairs read before stay valid.</param>
    public KeyFileCredentialStore(
        KeyFile file, Credential? operatorKey, TimeProvider time, ILogger<KeyFileCredentialStore> logger)
    {
        _file = file;
        _operator = operatorKey;
        _credentials = new(Read, contents => Index(file.Parse(contents[0])), time)
        {
            Renewed = _ =>
            {
                if (_isMissing)
                {
                    LogMissing(logger, file.Path);
                }
            },
            Reported = problem =>
            {
                if (problem is not null)
                {
                    LogUnreadable(logger, file.Path, problem.Message);
                }
            },
        };
    }

    public ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellationToken)
    {
        var found = _credentials.Current.GetValueOrDefault(accessKeyId);
        if (found is null)
        {
            // Requests with an unknown key come here, so only the time and the length of an unchanged file are read.
            _credentials.Look(() => _file.ReadStamp() is { } stamp && stamp != _stamp);
            found = _credentials.Current.GetValueOrDefault(accessKeyId);
        }

        return ValueTask.FromResult(found);
    }

    /// <exception cref="FileNotFoundException">The file was there at the last look.</exception>
    private byte[]?[] Read()
    {
        _stamp = _file.ReadStamp();
        var bytes = _file.ReadBytes();
        (var wasMissing, _isMissing) = (_isMissing, bytes is null);
        return bytes is null && !wasMissing ? throw new FileNotFoundException($"{_file.Path} is missing.") : [bytes];
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
