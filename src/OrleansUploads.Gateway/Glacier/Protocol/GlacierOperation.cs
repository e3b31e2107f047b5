namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>The 33 operations of the vault API, version 2012-06-01: a closed set.</summary>
internal enum GlacierOperation
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
