using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Gateway.Http.Bodies;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>A request about a vault or an account, as the vault's policies judge it: one to the vault API, or one of a user of the
/// dashboard.</summary>
internal sealed class GlacierCall : FrontCall
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

    /// <summary>The body if it is a small document, checked against the signature; else empty.</summary>
    public ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>The body of an upload.</summary>
    public ReceivedBody Body => Exchange.Received;

    /// <summary>Whether the sender owns the vault.</summary>
    public bool IsOwner => Vault.Account == Account;

    /// <summary>The ARN of the vault.</summary>
    public string Arn => VaultArn.Format(Region, Vault);

    /// <summary>Measures and writes inventories.</summary>
    public InventoryWriter Inventories => new(Services.Paths.Inventories);

    /// <summary>The sender of the request, for the timeline of an upload. The key of another account is not
    /// shown to the owner; the number of the account replaces it.</summary>
    public Sender Sender => IsOwner ? Exchange.Sender : Exchange.Sender with { AccessKeyId = $"account {Account}" };

    public override GlacierError ErrorOf(Refusal refusal) => GlacierRefusals.Describe(refusal, Region, Id);

    /// <summary>The path of a resource in the vault, with the account's number.</summary>
    /// <param name="path">The path below the vault, beginning with a slash, or empty for the vault itself.</param>
    public string Location(string path) => $"/{Vault.Account}/vaults/{Vault.Name}{path}";

    /// <summary>An archive was created.</summary>
    public FrontAnswer ArchiveCreated(CompletedArchive archive) => FrontAnswer.Created(
        (GlacierHeaders.Location, Location($"/archives/{archive.Archive}")),
        (GlacierHeaders.ArchiveId, archive.Archive.ToString()),
        (GlacierHeaders.TreeHash, archive.TreeHash.ToString()));
}
