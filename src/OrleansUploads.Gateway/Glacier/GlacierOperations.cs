using System.Diagnostics;
using OrleansUploads.Gateway.Glacier.Jobs;
using OrleansUploads.Gateway.Glacier.Multipart;
using OrleansUploads.Gateway.Glacier.Notifications;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Glacier.Vaults;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Errors;
using static OrleansUploads.Gateway.Glacier.Protocol.GlacierOperation;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>Executes each operation of the vault API.</summary>
internal sealed class GlacierOperations(
    VaultOperations vaults,
    TagOperations tags,
    NotificationOperations notifications,
    AccountOperations accounts,
    ArchiveUpload archiveUpload,
    ArchiveDeletion archiveDeletion,
    MultipartOperations multipart,
    JobInitiation jobInitiation,
    JobOperations jobs,
    AccessPolicyOperations accessPolicies,
    LockOperations locks,
    TransferLimiters transfers)
{
    /// <summary>Executes the operation of a call.</summary>
    public ValueTask<GlacierAnswer> ExecuteAsync(GlacierCall call) => call.Route.Operation switch
    {
        CreateVault => vaults.CreateAsync(call),
        DescribeVault => vaults.DescribeAsync(call),
        ListVaults => vaults.ListAsync(call),
        DeleteVault => vaults.DeleteAsync(call),
        UploadArchive => ReceiveAsync(call, archiveUpload.UploadAsync),
        DeleteArchive => archiveDeletion.DeleteAsync(call),
        InitiateMultipartUpload => multipart.InitiateAsync(call),
        UploadMultipartPart => ReceiveAsync(call, multipart.UploadPartAsync),
        CompleteMultipartUpload => multipart.CompleteAsync(call),
        AbortMultipartUpload => multipart.AbortAsync(call),
        ListParts => multipart.ListPartsAsync(call),
        ListMultipartUploads => multipart.ListUploadsAsync(call),
        InitiateJob => jobInitiation.InitiateAsync(call),
        DescribeJob => jobs.DescribeAsync(call),
        ListJobs => jobs.ListAsync(call),
        GetJobOutput => SendAsync(call, jobs.GetOutputAsync),
        ListTagsForVault => tags.ListAsync(call),
        AddTagsToVault => tags.AddAsync(call),
        RemoveTagsFromVault => tags.RemoveAsync(call),
        SetVaultAccessPolicy => accessPolicies.SetPolicyAsync(call),
        GetVaultAccessPolicy => accessPolicies.GetPolicyAsync(call),
        DeleteVaultAccessPolicy => accessPolicies.DeletePolicyAsync(call),
        InitiateVaultLock => locks.InitiateAsync(call),
        GetVaultLock => locks.GetLockAsync(call),
        CompleteVaultLock => locks.CompleteAsync(call),
        AbortVaultLock => locks.AbortAsync(call),
        SetVaultNotifications => notifications.SetNotificationsAsync(call),
        GetVaultNotifications => notifications.GetNotificationsAsync(call),
        DeleteVaultNotifications => notifications.DeleteNotificationsAsync(call),
        GetDataRetrievalPolicy => accounts.GetRetrievalPolicyAsync(call),
        SetDataRetrievalPolicy => accounts.SetRetrievalPolicyAsync(call),
        ListProvisionedCapacity => accounts.ListCapacityAsync(call),
        PurchaseProvisionedCapacity => accounts.PurchaseCapacityAsync(call),
        _ => throw new UnreachableException($"No code executes {call.Route.Operation}."),
    };

    /// <summary>Runs an upload when it has a transfer slot. No bytes of a waiting upload are read.</summary>
    private async ValueTask<GlacierAnswer> ReceiveAsync(
        GlacierCall call, Func<GlacierCall, ValueTask<GlacierAnswer>> operation)
    {
        var admission = await transfers.Bodies.AcquireAsync(call.Account, call.RemoteAddress, call.Aborted);
        using var slot = admission.Slot;
        if (slot is null)
        {
            return GlacierHttpErrors.Describe(new HttpError.Throttled(admission.Refusal));
        }

        call.Body.Slot = slot;
        return await operation(call);
    }

    /// <summary>Runs a download when it has a transfer slot. The slot is released after the response has been written.</summary>
    private async ValueTask<GlacierAnswer> SendAsync(
        GlacierCall call, Func<GlacierCall, ValueTask<GlacierAnswer>> operation)
    {
        var admission = await transfers.Outputs.AcquireAsync(call.Account, call.RemoteAddress, call.Aborted);
        if (admission.Slot is not { } slot)
        {
            return GlacierHttpErrors.Describe(new HttpError.Throttled(admission.Refusal));
        }

        call.Exchange.Context.Response.RegisterForDispose(slot);
        return await operation(call);
    }
}
