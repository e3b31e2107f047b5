using OrleansUploads.Core.Policies;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Glacier.Jobs;
using OrleansUploads.Gateway.Glacier.Multipart;
using OrleansUploads.Gateway.Glacier.Notifications;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Glacier.Vaults;
using OrleansUploads.Gateway.Http.Fronts;
using static OrleansUploads.Core.Policies.KeyAccessKind;
using static OrleansUploads.Core.Policies.VaultAction;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>An operation of the vault API: how a request asks for it, what it needs, and what executes it. One row for each; the routes,
/// the scopes of keys and the checks follow from the rows.</summary>
/// <param name="Action">Its name, also in policies.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path below the account. A <c>*</c> is a name or an ID.</param>
/// <param name="Access">What it does, for keys with a scope.</param>
/// <param name="Handler">Executes it.</param>
internal sealed record GlacierOperation(VaultAction Action, string Method, string Path, KeyAccessKind Access, Handler<GlacierCall> Handler)
{
    /// <summary>All operations.</summary>
    public static readonly IReadOnlyList<GlacierOperation> All =
    [
        Of<VaultOperations>(ListVaults, "GET", "vaults", Look, static (g, call) => g.ListAsync(call)),
        Of<VaultOperations>(CreateVault, "PUT", "vaults/*", Change,
            static (g, call) => g.CreateAsync(call)) with { Space = SpaceUse.Grows },
        Of<VaultOperations>(DescribeVault, "GET", "vaults/*", Look, static (g, call) => g.DescribeAsync(call)),
        Of<VaultOperations>(DeleteVault, "DELETE", "vaults/*", Change,
            static (g, call) => g.DeleteAsync(call)) with { Space = SpaceUse.Frees },

        Of<ArchiveOperations>(UploadArchive, "POST", "vaults/*/archives", Add, static (g, call) => g.UploadAsync(call)) with
        {
            Transfer = Transfer.Receives, Space = SpaceUse.Grows,
        },
        Of<ArchiveOperations>(DeleteArchive, "DELETE", "vaults/*/archives/*", Change, static (g, call) => g.DeleteAsync(call)) with
        {
            Space = SpaceUse.Frees,
        },

        Of<MultipartOperations>(InitiateMultipartUpload, "POST", "vaults/*/multipart-uploads", Add,
            static (g, call) => g.InitiateAsync(call)) with
        {
            Space = SpaceUse.Grows,
        },
        Of<MultipartOperations>(ListMultipartUploads, "GET", "vaults/*/multipart-uploads", Look,
            static (g, call) => g.ListUploadsAsync(call)),
        Of<MultipartOperations>(UploadMultipartPart, "PUT", "vaults/*/multipart-uploads/*", Add,
            static (g, call) => g.UploadPartAsync(call)) with
        {
            Transfer = Transfer.Receives, Space = SpaceUse.Grows,
        },
        Of<MultipartOperations>(CompleteMultipartUpload, "POST", "vaults/*/multipart-uploads/*", Add,
            static (g, call) => g.CompleteAsync(call)),
        Of<MultipartOperations>(AbortMultipartUpload, "DELETE", "vaults/*/multipart-uploads/*", Change,
            static (g, call) => g.AbortAsync(call)) with
        {
            Space = SpaceUse.Frees,
        },
        Of<MultipartOperations>(ListParts, "GET", "vaults/*/multipart-uploads/*", Look, static (g, call) => g.ListPartsAsync(call)),

        Of<JobInitiation>(InitiateJob, "POST", "vaults/*/jobs", Read,
            static (g, call) => g.InitiateAsync(call)) with { Space = SpaceUse.Retrieves },
        Of<JobOperations>(ListJobs, "GET", "vaults/*/jobs", Look, static (g, call) => g.ListAsync(call)),
        Of<JobOperations>(DescribeJob, "GET", "vaults/*/jobs/*", Look, static (g, call) => g.DescribeAsync(call)),
        Of<JobOperations>(GetJobOutput, "GET", "vaults/*/jobs/*/output", Read,
            static (g, call) => g.GetOutputAsync(call)) with { Transfer = Transfer.Sends },

        Of<TagOperations>(ListTagsForVault, "GET", "vaults/*/tags", Look, static (g, call) => g.ListAsync(call)),
        Of<TagOperations>(AddTagsToVault, "POST", "vaults/*/tags", Change, static (g, call) => g.AddAsync(call)) with
        {
            Choice = "add", Space = SpaceUse.Grows,
        },
        Of<TagOperations>(RemoveTagsFromVault, "POST", "vaults/*/tags", Change,
            static (g, call) => g.RemoveAsync(call)) with { Choice = "remove" },

        Of<NotificationOperations>(SetVaultNotifications, "PUT", "vaults/*/notification-configuration", Change,
            static (g, call) => g.SetNotificationsAsync(call)),
        Of<NotificationOperations>(GetVaultNotifications, "GET", "vaults/*/notification-configuration", Look,
            static (g, call) => g.GetNotificationsAsync(call)),
        Of<NotificationOperations>(DeleteVaultNotifications, "DELETE", "vaults/*/notification-configuration", Change,
            static (g, call) => g.DeleteNotificationsAsync(call)),

        Of<PolicyOperations>(SetVaultAccessPolicy, "PUT", "vaults/*/access-policy", Change,
            static (g, call) => g.SetPolicyAsync(call)),
        Of<PolicyOperations>(GetVaultAccessPolicy, "GET", "vaults/*/access-policy", Look, static (g, call) => g.GetPolicyAsync(call)),
        Of<PolicyOperations>(DeleteVaultAccessPolicy, "DELETE", "vaults/*/access-policy", Change,
            static (g, call) => g.DeletePolicyAsync(call)),

        Of<PolicyOperations>(InitiateVaultLock, "POST", "vaults/*/lock-policy", Change, static (g, call) => g.InitiateLockAsync(call)),
        Of<PolicyOperations>(GetVaultLock, "GET", "vaults/*/lock-policy", Look, static (g, call) => g.GetLockAsync(call)),
        Of<PolicyOperations>(AbortVaultLock, "DELETE", "vaults/*/lock-policy", Change, static (g, call) => g.AbortLockAsync(call)),
        Of<PolicyOperations>(CompleteVaultLock, "POST", "vaults/*/lock-policy/*", Change, static (g, call) => g.CompleteLockAsync(call)),

        Of<AccountOperations>(GetDataRetrievalPolicy, "GET", "policies/data-retrieval", Look,
            static (g, call) => g.GetRetrievalPolicyAsync(call)),
        Of<AccountOperations>(SetDataRetrievalPolicy, "PUT", "policies/data-retrieval", Change,
            static (g, call) => g.SetRetrievalPolicyAsync(call)),

        Of<AccountOperations>(ListProvisionedCapacity, "GET", "provisioned-capacity", Look, static (g, call) => g.ListCapacityAsync(call)),
        Of<AccountOperations>(PurchaseProvisionedCapacity, "POST", "provisioned-capacity", Change,
            static (g, call) => g.PurchaseCapacityAsync(call)) with
        {
            Space = SpaceUse.Grows,
        },
    ];

    /// <summary>The value of the query parameter <c>operation</c> that selects it, or null for nothing.</summary>
    public string? Choice { get; init; }

    /// <summary>How it uses the disk of the data folder.</summary>
    public SpaceUse Space { get; init; }

    /// <summary>Which bytes it moves. The body of an operation that receives is an upload's, up to 4 GiB, rather than a small
    /// document.</summary>
    public Transfer Transfer { get; init; }

    private static GlacierOperation Of<TService>(
        VaultAction action, string method, string path, KeyAccessKind access, Func<TService, GlacierCall, ValueTask<FrontAnswer>> run)
        where TService : notnull =>
        new(action, method, path, access, Handler<GlacierCall>.Of(run));
}
