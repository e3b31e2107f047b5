namespace OrleansUploads.Core.Policies;

/// <summary>The actions that a policy can name: the operations of the vault API, version 2012-06-01.</summary>
public static class PolicyActions
{
    /// <summary>The prefix of an operation's name.</summary>
    public const string Prefix = "glacier:";

    /// <summary>All operations. The set is closed.</summary>
    public static IReadOnlyList<string> Operations { get; } =
    [
        "CreateVault", "DescribeVault", "ListVaults", "DeleteVault",
        "UploadArchive", "DeleteArchive",
        "InitiateMultipartUpload", "UploadMultipartPart", "CompleteMultipartUpload", "AbortMultipartUpload",
        "ListParts", "ListMultipartUploads",
        "InitiateJob", "DescribeJob", "ListJobs", "GetJobOutput",
        "ListTagsForVault", "AddTagsToVault", "RemoveTagsFromVault",
        "SetVaultNotifications", "GetVaultNotifications", "DeleteVaultNotifications",
        SetVaultAccessPolicy, GetVaultAccessPolicy, DeleteVaultAccessPolicy,
        "InitiateVaultLock", "GetVaultLock", "CompleteVaultLock", "AbortVaultLock",
        "GetDataRetrievalPolicy", "SetDataRetrievalPolicy",
        "ListProvisionedCapacity", "PurchaseProvisionedCapacity",
    ];

    private const string SetVaultAccessPolicy = "SetVaultAccessPolicy";
    private const string GetVaultAccessPolicy = "GetVaultAccessPolicy";
    private const string DeleteVaultAccessPolicy = "DeleteVaultAccessPolicy";

    /// <summary>Whether an operation reads, sets or deletes the access policy itself.</summary>
    public static bool IsAboutAccessPolicy(string operation) =>
        operation is SetVaultAccessPolicy or GetVaultAccessPolicy or DeleteVaultAccessPolicy;
}
