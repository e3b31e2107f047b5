namespace OrleansUploads.Core.Policies;

/// <summary>The actions that a policy can name: the 33 operations of the vault API, version 2012-06-01. The set is closed,
/// and the names are Amazon's.</summary>
public enum VaultAction
{
    CreateVault,
    DescribeVault,
    ListVaults,
    DeleteVault,
    UploadArchive,
    DeleteArchive,
    InitiateMultipartUpload,
    UploadMultipartPart,
    CompleteMultipartUpload,
    AbortMultipartUpload,
    ListParts,
    ListMultipartUploads,
    InitiateJob,
    DescribeJob,
    ListJobs,
    GetJobOutput,
    ListTagsForVault,
    AddTagsToVault,
    RemoveTagsFromVault,
    SetVaultNotifications,
    GetVaultNotifications,
    DeleteVaultNotifications,
    SetVaultAccessPolicy,
    GetVaultAccessPolicy,
    DeleteVaultAccessPolicy,
    InitiateVaultLock,
    GetVaultLock,
    CompleteVaultLock,
    AbortVaultLock,
    GetDataRetrievalPolicy,
    SetDataRetrievalPolicy,
    ListProvisionedCapacity,
    PurchaseProvisionedCapacity,
}

public static class VaultActions
{
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<VaultAction>().Select(NameOf)];

    public static string NameOf(VaultAction action) => "glacier:" + action;

    /// <summary>Whether an action reads, sets or deletes the access policy itself.</summary>
    public static bool IsAboutAccessPolicy(VaultAction action) =>
        action is VaultAction.SetVaultAccessPolicy or VaultAction.GetVaultAccessPolicy or VaultAction.DeleteVaultAccessPolicy;
}
