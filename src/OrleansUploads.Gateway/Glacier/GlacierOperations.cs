using OrleansUploads.Gateway.Glacier.Jobs;
using OrleansUploads.Gateway.Glacier.Multipart;
using OrleansUploads.Gateway.Glacier.Notifications;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Glacier.Vaults;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Errors;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>What executes the operations of the vault API. The rows of <see cref="GlacierOperation"/> say which of these does
/// what.</summary>
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
    public VaultOperations Vaults => vaults;

    public TagOperations Tags => tags;

    public NotificationOperations Notifications => notifications;

    public AccountOperations Accounts => accounts;

    public ArchiveUpload Archives => archiveUpload;

    public ArchiveDeletion Deletion => archiveDeletion;

    public MultipartOperations Multipart => multipart;

    public JobInitiation Initiation => jobInitiation;

    public JobOperations Jobs => jobs;

    public AccessPolicyOperations AccessPolicies => accessPolicies;

    public LockOperations Locks => locks;

    /// <summary>Runs an upload when it has a transfer slot. No bytes of a waiting upload are read.</summary>
    public async ValueTask<GlacierAnswer> ReceiveAsync(
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
    public async ValueTask<GlacierAnswer> SendAsync(
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
