using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Exchanges;
using static OrleansUploads.Gateway.Glacier.Protocol.GlacierOperation;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>The operation of a request and the names in its path. The names are decoded but not checked.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Vault">The vault's name, or null for an operation on the account.</param>
/// <param name="Id">The ID of the archive, upload, job or lock, or null if the path has none.</param>
internal sealed record GlacierRoute(GlacierOperation Operation, string? Vault = null, string? Id = null)
{
    /// <summary>Whether the body is an upload's bytes, up to 4 GiB, rather than a small document.</summary>
    public bool IsUpload => Operation is UploadArchive or UploadMultipartPart;

    /// <summary>How the operation uses the disk of the data folder.</summary>
    public SpaceUse Space => Operation switch
    {
        UploadArchive or UploadMultipartPart or CreateVault or InitiateMultipartUpload or AddTagsToVault or PurchaseProvisionedCapacity =>
            SpaceUse.Grows,
        InitiateJob => SpaceUse.Retrieves,
        DeleteArchive or AbortMultipartUpload or DeleteVault => SpaceUse.Frees,
        _ => SpaceUse.None,
    };

    /// <summary>The route for a method and path, or null if they are no operation's. Paths are case-sensitive.</summary>
    public static GlacierRoute? Parse(string method, RequestTarget target) => (method, target.Segments) switch
    {
        ("GET", [_, "vaults"]) => new(ListVaults),
        ("PUT", [_, "vaults", var vault]) => new(CreateVault, vault),
        ("GET", [_, "vaults", var vault]) => new(DescribeVault, vault),
        ("DELETE", [_, "vaults", var vault]) => new(DeleteVault, vault),

        ("POST", [_, "vaults", var vault, "archives"]) => new(UploadArchive, vault),
        ("DELETE", [_, "vaults", var vault, "archives", var id]) => new(DeleteArchive, vault, id),

        ("POST", [_, "vaults", var vault, "multipart-uploads"]) => new(InitiateMultipartUpload, vault),
        ("GET", [_, "vaults", var vault, "multipart-uploads"]) => new(ListMultipartUploads, vault),
        ("PUT", [_, "vaults", var vault, "multipart-uploads", var id]) => new(UploadMultipartPart, vault, id),
        ("POST", [_, "vaults", var vault, "multipart-uploads", var id]) => new(CompleteMultipartUpload, vault, id),
        ("DELETE", [_, "vaults", var vault, "multipart-uploads", var id]) => new(AbortMultipartUpload, vault, id),
        ("GET", [_, "vaults", var vault, "multipart-uploads", var id]) => new(ListParts, vault, id),

        ("POST", [_, "vaults", var vault, "jobs"]) => new(InitiateJob, vault),
        ("GET", [_, "vaults", var vault, "jobs"]) => new(ListJobs, vault),
        ("GET", [_, "vaults", var vault, "jobs", var id]) => new(DescribeJob, vault, id),
        ("GET", [_, "vaults", var vault, "jobs", var id, "output"]) => new(GetJobOutput, vault, id),

        ("GET", [_, "vaults", var vault, "tags"]) => new(ListTagsForVault, vault),
        ("POST", [_, "vaults", var vault, "tags"]) => target.Query.FirstValue("operation") switch
        {
            "add" => new(AddTagsToVault, vault),
            "remove" => new(RemoveTagsFromVault, vault),
            _ => null,
        },

        ("PUT", [_, "vaults", var vault, "notification-configuration"]) => new(SetVaultNotifications, vault),
        ("GET", [_, "vaults", var vault, "notification-configuration"]) => new(GetVaultNotifications, vault),
        ("DELETE", [_, "vaults", var vault, "notification-configuration"]) => new(DeleteVaultNotifications, vault),

        ("PUT", [_, "vaults", var vault, "access-policy"]) => new(SetVaultAccessPolicy, vault),
        ("GET", [_, "vaults", var vault, "access-policy"]) => new(GetVaultAccessPolicy, vault),
        ("DELETE", [_, "vaults", var vault, "access-policy"]) => new(DeleteVaultAccessPolicy, vault),

        ("POST", [_, "vaults", var vault, "lock-policy"]) => new(InitiateVaultLock, vault),
        ("GET", [_, "vaults", var vault, "lock-policy"]) => new(GetVaultLock, vault),
        ("DELETE", [_, "vaults", var vault, "lock-policy"]) => new(AbortVaultLock, vault),
        ("POST", [_, "vaults", var vault, "lock-policy", var id]) => new(CompleteVaultLock, vault, id),

        ("GET", [_, "policies", "data-retrieval"]) => new(GetDataRetrievalPolicy),
        ("PUT", [_, "policies", "data-retrieval"]) => new(SetDataRetrievalPolicy),

        ("GET", [_, "provisioned-capacity"]) => new(ListProvisionedCapacity),
        ("POST", [_, "provisioned-capacity"]) => new(PurchaseProvisionedCapacity),

        _ => null,
    };
}
