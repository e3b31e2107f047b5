using OrleansUploads.Core.Values;

namespace OrleansUploads.Gateway.Http.Credentials;

/// <summary>An access key with its secret and account.</summary>
/// <param name="accessKeyId">The ID of the key; not secret.</param>
/// <param name="secret">The secret that signs requests.</param>
/// <param name="account">The account that the signer acts for.</param>
/// <remarks>Not a record, so that the secret never gets into a text by accident.</remarks>
public sealed class Credential(string accessKeyId, string secret, AccountId account)
{
    /// <summary>The ID of the key; not secret.</summary>
    public string AccessKeyId { get; } = accessKeyId;

    /// <summary>The secret that signs requests.</summary>
    public string Secret { get; } = secret;

    /// <summary>The account that the signer acts for.</summary>
    public AccountId Account { get; } = account;

    /// <summary>The access key ID; never the secret.</summary>
    public override string ToString() => AccessKeyId;
}
