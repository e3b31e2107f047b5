using System.Security.Cryptography;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Policies;

namespace OrleansUploads.Gateway.Http.Credentials;

/// <summary>An access key with its secret, as stored in the key file.</summary>
/// <param name="AccessKeyId">20 upper-case letters and digits; not secret.</param>
/// <param name="SecretAccessKey">40 characters.</param>
/// <param name="Account">12 digits: the account that the signer acts for.</param>
/// <remarks>A member of the stored pair that this version does not know is refused, because it may be a limit: a role among
/// the keys without limits would make them keys for everything.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record KeyPair(string AccessKeyId, string SecretAccessKey, string Account, DateTimeOffset CreatedAt)
{
    /// <summary>The account of a key pair if the operator does not name one.</summary>
    public const string DefaultAccount = "000000000001";

    public static AccountId DefaultAccountId { get; } = AccountId.TryParse(DefaultAccount, out var account) ? account : default;

    [JsonIgnore]
    public KeyScope Scope { get; init; } = KeyScope.Unlimited;

    private const string IdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int SecretBytes = 30;

    /// <summary>The secret has 240 random bits.</summary>
    public static KeyPair Create(string account, DateTimeOffset now) => new(
        "OU" + RandomNumberGenerator.GetString(IdAlphabet, 18),
        Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)),
        account,
        now);

    /// <summary>Never the secret.</summary>
    public override string ToString() => AccessKeyId;
}

/// <summary>The content of the key file.</summary>
/// <param name="ScopedKeys">Null for none. This is a separate list, which older versions of the program do not read: those
/// would take its keys for keys without limits.</param>
internal sealed record KeyFileDocument(IReadOnlyList<KeyPair> Keys, IReadOnlyList<ScopedKeyDocument>? ScopedKeys = null)
{
    public static KeyFileDocument Of(IReadOnlyList<KeyPair> pairs)
    {
        ScopedKeyDocument[] scoped = [.. pairs.Where(pair => !pair.Scope.IsUnlimited).Select(ScopedKeyDocument.Of)];
        return new KeyFileDocument([.. pairs.Where(pair => pair.Scope.IsUnlimited)], scoped.Length == 0 ? null : scoped);
    }

    /// <summary>Returns the pairs, those without limits first.</summary>
    /// <exception cref="InvalidDataException">There is no list of keys, or a key is incomplete or has an unknown role.</exception>
    /// <remarks>People and scripts write key files, too, so anything may be missing.</remarks>
    public IReadOnlyList<KeyPair> ToPairs() => Keys is null
        ? throw new InvalidDataException("It has no list 'keys'.")
        : [.. Keys.Select(Complete), .. (ScopedKeys ?? []).Select(key => Complete(key?.ToPair()))];

    /// <summary>Anyone could sign with an empty secret.</summary>
    private static KeyPair Complete(KeyPair? pair) =>
        string.IsNullOrEmpty(pair?.AccessKeyId) ? throw new InvalidDataException("A key has no accessKeyId.")
        : string.IsNullOrEmpty(pair.SecretAccessKey)
            ? throw new InvalidDataException($"The key {pair.AccessKeyId} has no secretAccessKey.")
        : pair;
}

/// <summary>A key with limits, as stored.</summary>
/// <remarks>A member that this version does not know may be a limit, or a misspelled one, so it is refused.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ScopedKeyDocument(
    string AccessKeyId,
    string SecretAccessKey,
    string Account,
    DateTimeOffset CreatedAt,
    string Role,
    IReadOnlyList<string>? Vaults)
{
    public static ScopedKeyDocument Of(KeyPair pair) => new(
        pair.AccessKeyId,
        pair.SecretAccessKey,
        pair.Account,
        pair.CreatedAt,
        KeyScope.Format(pair.Scope.Role),
        pair.Scope.Containers);

    public KeyPair ToPair() => KeyScope.TryParse(Role, out var role)
        ? new KeyPair(AccessKeyId, SecretAccessKey, Account, CreatedAt) { Scope = new KeyScope(role, Vaults) }
        : throw new InvalidDataException(
            $"The key {AccessKeyId} has the role '{Role}', which this version does not know. Use one of: "
            + $"{string.Join(", ", Enum.GetValues<KeyRole>().Select(KeyScope.Format))}.");

    /// <summary>Never the secret.</summary>
    public override string ToString() => AccessKeyId;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeyFileDocument))]
internal sealed partial class KeyFileJson : JsonSerializerContext;
