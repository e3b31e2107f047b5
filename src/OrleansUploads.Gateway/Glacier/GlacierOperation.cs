using OrleansUploads.Core.Policies;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Glacier.Protocol;
using static OrleansUploads.Core.Policies.KeyAccessKind;
using static OrleansUploads.Core.Policies.VaultAction;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>An operation of the vault API: how a request asks for it, what it needs, and what executes it. One row for each; the routes,
/// the scopes of keys and the checks follow from the rows.</summary>
/// <param name="Action">Its name, also in policies.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path below the account. A <c>*</c> is a name or an ID.</param>
/// <param name="Access">What it does, for keys with a scope.</param>
/// <param name="Run">Executes it.</param>
internal sealed record GlacierOperation(VaultAction Action, string Method, string Path, KeyAccessKind Access, GlacierHandler Run)
{
    /// <summary>All operations.</summary>
    public static readonly IReadOnlyList<GlacierOperation> All =
    [
        new(ListVaults, "GET", "vaults", Look, static (g, call) => g.Vaults.ListAsync(call)),
        new(CreateVault, "PUT", "vaults/*", Change, static (g, call) => g.Vaults.CreateAsync(call)) { Space = SpaceUse.Grows },
        new(DescribeVault, "GET", "vaults/*", Look, static (g, call) => g.Vaults.DescribeAsync(call)),
        new(DeleteVault, "DELETE", "vaults/*", Change, static (g, call) => g.Vaults.DeleteAsync(call)) { Space = SpaceUse.Frees },

        new(UploadArchive, "POST", "vaults/*/archives", Add, static (g, call) => g.ReceiveAsync(call, g.Archives.UploadAsync))
        {
            IsUpload = true, Space = SpaceUse.Grows,
        },
        new(DeleteArchive, "DELETE", "vaults/*/archives/*", Change, static (g, call) => g.Deletion.DeleteAsync(call))
        {
            Space = SpaceUse.Frees,
        },

        new(InitiateMultipartUpload, "POST", "vaults/*/multipart-uploads", Add, static (g, call) => g.Multipart.InitiateAsync(call))
        {
            Space = SpaceUse.Grows,
        },
        new(ListMultipartUploads, "GET", "vaults/*/multipart-uploads", Look, static (g, call) => g.Multipart.ListUploadsAsync(call)),
        new(UploadMultipartPart, "PUT", "vaults/*/multipart-uploads/*", Add, static (g, call) => g.ReceiveAsync(call, g.Multipart.UploadPartAsync))
        {
            IsUpload = true, Space = SpaceUse.Grows,
        },
        new(CompleteMultipartUpload, "POST", "vaults/*/multipart-uploads/*", Add, static (g, call) => g.Multipart.CompleteAsync(call)),
        new(AbortMultipartUpload, "DELETE", "vaults/*/multipart-uploads/*", Change, static (g, call) => g.Multipart.AbortAsync(call))
        {
            Space = SpaceUse.Frees,
        },
        new(ListParts, "GET", "vaults/*/multipart-uploads/*", Look, static (g, call) => g.Multipart.ListPartsAsync(call)),

        new(InitiateJob, "POST", "vaults/*/jobs", Read, static (g, call) => g.Initiation.InitiateAsync(call)) { Space = SpaceUse.Retrieves },
        new(ListJobs, "GET", "vaults/*/jobs", Look, static (g, call) => g.Jobs.ListAsync(call)),
        new(DescribeJob, "GET", "vaults/*/jobs/*", Look, static (g, call) => g.Jobs.DescribeAsync(call)),
        new(GetJobOutput, "GET", "vaults/*/jobs/*/output", Read, static (g, call) => g.SendAsync(call, g.Jobs.GetOutputAsync)),

        new(ListTagsForVault, "GET", "vaults/*/tags", Look, static (g, call) => g.Tags.ListAsync(call)),
        new(AddTagsToVault, "POST", "vaults/*/tags", Change, static (g, call) => g.Tags.AddAsync(call))
        {
            Choice = "add", Space = SpaceUse.Grows,
        },
        new(RemoveTagsFromVault, "POST", "vaults/*/tags", Change, static (g, call) => g.Tags.RemoveAsync(call)) { Choice = "remove" },

        new(SetVaultNotifications, "PUT", "vaults/*/notification-configuration", Change, static (g, call) => g.Notifications.SetNotificationsAsync(call)),
        new(GetVaultNotifications, "GET", "vaults/*/notification-configuration", Look, static (g, call) => g.Notifications.GetNotificationsAsync(call)),
        new(DeleteVaultNotifications, "DELETE", "vaults/*/notification-configuration", Change, static (g, call) => g.Notifications.DeleteNotificationsAsync(call)),

        new(SetVaultAccessPolicy, "PUT", "vaults/*/access-policy", Change, static (g, call) => g.AccessPolicies.SetPolicyAsync(call)),
        new(GetVaultAccessPolicy, "GET", "vaults/*/access-policy", Look, static (g, call) => g.AccessPolicies.GetPolicyAsync(call)),
        new(DeleteVaultAccessPolicy, "DELETE", "vaults/*/access-policy", Change, static (g, call) => g.AccessPolicies.DeletePolicyAsync(call)),

        new(InitiateVaultLock, "POST", "vaults/*/lock-policy", Change, static (g, call) => g.Locks.InitiateAsync(call)),
        new(GetVaultLock, "GET", "vaults/*/lock-policy", Look, static (g, call) => g.Locks.GetLockAsync(call)),
        new(AbortVaultLock, "DELETE", "vaults/*/lock-policy", Change, static (g, call) => g.Locks.AbortAsync(call)),
        new(CompleteVaultLock, "POST", "vaults/*/lock-policy/*", Change, static (g, call) => g.Locks.CompleteAsync(call)),

        new(GetDataRetrievalPolicy, "GET", "policies/data-retrieval", Look, static (g, call) => g.Accounts.GetRetrievalPolicyAsync(call)),
        new(SetDataRetrievalPolicy, "PUT", "policies/data-retrieval", Change, static (g, call) => g.Accounts.SetRetrievalPolicyAsync(call)),

        new(ListProvisionedCapacity, "GET", "provisioned-capacity", Look, static (g, call) => g.Accounts.ListCapacityAsync(call)),
        new(PurchaseProvisionedCapacity, "POST", "provisioned-capacity", Change, static (g, call) => g.Accounts.PurchaseCapacityAsync(call))
        {
            Space = SpaceUse.Grows,
        },
    ];

    /// <summary>The value of the query parameter <c>operation</c> that selects it, or null for nothing.</summary>
    public string? Choice { get; init; }

    /// <summary>How it uses the disk of the data folder.</summary>
    public SpaceUse Space { get; init; }

    /// <summary>Whether the body is an upload's bytes, up to 4 GiB, rather than a small document.</summary>
    public bool IsUpload { get; init; }
}

/// <summary>Executes an operation.</summary>
internal delegate ValueTask<GlacierAnswer> GlacierHandler(GlacierOperations operations, GlacierCall call);
