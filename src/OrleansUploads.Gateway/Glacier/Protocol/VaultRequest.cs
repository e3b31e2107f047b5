using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>What somebody wants to do in a vault, as the vault's policies judge it.</summary>
internal class VaultRequest : FrontCall
{
    /// <summary>What the request does.</summary>
    public required VaultAction Action { get; init; }

    /// <summary>The vault and the account that owns it. The name is meaningless for an operation on the account.</summary>
    public required VaultId Vault { get; init; }

    /// <summary>The vault's incarnation; set when the policy gate has found the vault.</summary>
    public VaultIncarnation Incarnation { get; set; }

    /// <summary>What the permission to delete an archive is based on, or null for other operations.</summary>
    public DeletionVerdict? DeletionVerdict { get; set; }

    /// <summary>The ID of the archive, upload, job or lock in the path, or empty if the path has none.</summary>
    public string Id { get; init; } = "";

    /// <summary>Whether the sender owns the vault.</summary>
    public bool IsOwner => Vault.Account == Account;

    /// <summary>The ARN of the vault.</summary>
    public string Arn => VaultArn.Format(Region, Vault);

    /// <summary>The value of a header, repeated headers joined by a comma, or null if the request does not have it.</summary>
    public string? Header(string name) =>
        Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <inheritdoc/>
    protected override FrontError ErrorOf(Refusal refusal) => GlacierRefusals.Describe(refusal, Region, Id);
}
