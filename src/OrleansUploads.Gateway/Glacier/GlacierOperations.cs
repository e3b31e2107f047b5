using System.Diagnostics;
using System.Threading.RateLimiting;
using OrleansUploads.Gateway.Glacier.Accounts;
using OrleansUploads.Gateway.Glacier.Answers;
using OrleansUploads.Gateway.Glacier.Archives;
using OrleansUploads.Gateway.Glacier.Errors;
using OrleansUploads.Gateway.Glacier.Jobs;
using OrleansUploads.Gateway.Glacier.Multipart;
using OrleansUploads.Gateway.Glacier.Policies;
using OrleansUploads.Gateway.Glacier.Vaults;
using static OrleansUploads.Gateway.Glacier.GlacierOperation;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>Which code carries out which operation.</summary>
internal sealed class GlacierOperations(
    VaultOperations vaults,
    TagOperations tags,
    NotificationOperations notifications,
    AccountOperations accounts,
    ArchiveOperations archives,
    MultipartOperations multipart,
    JobInitiation jobInitiation,
    JobOperations jobs,
    AccessPolicyOperations accessPolicies,
    LockOperations locks,
    GatewayOptions options)
    : IDisposable
{
    private readonly ConcurrencyLimiter _bodies = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.MaxConcurrentBodies,
        QueueLimit = options.MaxWaitingBodies,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Carries a call out.</summary>
    public ValueTask<GlacierAnswer> CarryOutAsync(GlacierCall call) => call.Route.Operation switch
    {
        CreateVault => vaults.CreateAsync(call),
        DescribeVault => vaults.DescribeAsync(call),
        ListVaults => vaults.ListAsync(call),
        DeleteVault => vaults.DeleteAsync(call),
        UploadArchive => TakeBytesAsync(call, archives.UploadAsync),
        DeleteArchive => archives.DeleteAsync(call),
        InitiateMultipartUpload => multipart.InitiateAsync(call),
        UploadMultipartPart => TakeBytesAsync(call, multipart.UploadPartAsync),
        CompleteMultipartUpload => multipart.CompleteAsync(call),
        AbortMultipartUpload => multipart.AbortAsync(call),
        ListParts => multipart.ListPartsAsync(call),
        ListMultipartUploads => multipart.ListUploadsAsync(call),
        InitiateJob => jobInitiation.InitiateAsync(call),
        DescribeJob => jobs.DescribeAsync(call),
        ListJobs => jobs.ListAsync(call),
        GetJobOutput => jobs.GetOutputAsync(call),
        ListTagsForVault => tags.ListAsync(call),
        AddTagsToVault => tags.AddAsync(call),
        RemoveTagsFromVault => tags.RemoveAsync(call),
        SetVaultAccessPolicy => accessPolicies.SetAsync(call),
        GetVaultAccessPolicy => accessPolicies.GetAsync(call),
        DeleteVaultAccessPolicy => accessPolicies.DeleteAsync(call),
        InitiateVaultLock => locks.InitiateAsync(call),
        GetVaultLock => locks.GetAsync(call),
        CompleteVaultLock => locks.CompleteAsync(call),
        AbortVaultLock => locks.AbortAsync(call),
        SetVaultNotifications => notifications.SetAsync(call),
        GetVaultNotifications => notifications.GetAsync(call),
        DeleteVaultNotifications => notifications.DeleteAsync(call),
        GetDataRetrievalPolicy => accounts.GetRetrievalPolicyAsync(call),
        SetDataRetrievalPolicy => accounts.SetRetrievalPolicyAsync(call),
        ListProvisionedCapacity => accounts.ListCapacityAsync(call),
        PurchaseProvisionedCapacity => accounts.PurchaseCapacityAsync(call),
        _ => throw new UnreachableException($"{call.Route.Operation} is no operation."),
    };

    /// <inheritdoc/>
    public void Dispose() => _bodies.Dispose();

    /// <summary>Bodies in flight are bounded, and so are those that wait: nothing of a waiting one is read.</summary>
    private async ValueTask<GlacierAnswer> TakeBytesAsync(
        GlacierCall call, Func<GlacierCall, ValueTask<GlacierAnswer>> operation)
    {
        using var lease = await _bodies.AcquireAsync(1, call.Aborted);
        return lease.IsAcquired ? await operation(call) : RequestErrors.Busy();
    }
}
