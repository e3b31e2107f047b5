using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Gateway.Credentials;

/// <summary>What an access key stands for.</summary>
/// <param name="accessKeyId">Names the key; no secret.</param>
/// <param name="secret">What requests are signed with.</param>
/// <param name="account">The account that the signer acts for.</param>
/// <remarks>No record, so that the secret never gets into a text by accident.</remarks>
public sealed class Credential(string accessKeyId, string secret, AccountId account)
{
    /// <summary>Names the key; no secret.</summary>
    public string AccessKeyId { get; } = accessKeyId;

    /// <summary>What requests are signed with.</summary>
    public string Secret { get; } = secret;

    /// <summary>The account that the signer acts for.</summary>
    public AccountId Account { get; } = account;

    /// <summary>The access key ID; never the secret.</summary>
    public override string ToString() => AccessKeyId;
}
