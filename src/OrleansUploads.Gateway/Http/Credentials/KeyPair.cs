using System.Security.Cryptography;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Policies;

namespace OrleansUploads.Gateway.Http.Credentials;

/// <summary>An access key with its secret, as stored in the key file.</summary>
/// <param name="AccessKeyId">20 upper-case letters and digits; not secret.</param>
/// <param name="SecretAccessKey">40 characters; the secret that signs requests.</param>
/// <param name="Account">12 digits: the account that the signer acts for.</param>
/// <param name="CreatedAt">When the pair was created.</param>
/// <remarks>A member of the stored pair that this version does not know is refused, because it may be a limit: a role among the keys
/// without limits would make them keys for everything.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record KeyPair(string AccessKeyId, string SecretAccessKey, string Account, DateTimeOffset CreatedAt)
{
    /// <summary>The account of a key pair if the operator does not name one.</summary>
    public const string DefaultAccount = "000000000001";

    /// <summary>The limits of the key.</summary>
    [JsonIgnore]
    public KeyScope Scope { get; init; } = KeyScope.Unlimited;

    private const string IdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int SecretBytes = 30;

    /// <summary>Creates a random pair. The secret has 240 random bits.</summary>
    public static KeyPair Create(string account, DateTimeOffset now) => new(
        "OU" + RandomNumberGenerator.GetString(IdAlphabet, 18),
        Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)),
        account,
        now);

    /// <summary>The access key ID; never the secret.</summary>
    public override string ToString() => AccessKeyId;
}
