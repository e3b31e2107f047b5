using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Errors;
using OrleansUploads.Gateway.S3.Buckets;
using OrleansUploads.Gateway.S3.Objects;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3;

/// <summary>What executes the operations of S3. The rows of <see cref="S3Operation"/> say which of these does what.</summary>
internal sealed class S3Operations(
    BucketOperations buckets,
    ListOperations lists,
    ObjectUploads uploads,
    ObjectReads reads,
    ObjectAcls acls,
    ObjectAttributes attributes,
    ObjectTagging tagging,
    ObjectRestores restores,
    ObjectDeletion deletion,
    ObjectCopies copies,
    MultipartUploads multipart,
    MultipartLists multipartLists,
    TransferLimiters transfers)
{
    public BucketOperations Buckets => buckets;

    public ListOperations Lists => lists;

    public ObjectUploads Uploads => uploads;

    public ObjectReads Reads => reads;

    public ObjectAcls Acls => acls;

    public ObjectAttributes Attributes => attributes;

    public ObjectTagging Tagging => tagging;

    public ObjectRestores Restores => restores;

    public ObjectDeletion Deletion => deletion;

    public ObjectCopies Copies => copies;

    public MultipartUploads Multipart => multipart;

    public MultipartLists MultipartLists => multipartLists;

    /// <summary>Runs an upload or a copy when it has a transfer slot. No bytes of a waiting one are read.</summary>
    public async ValueTask<S3Answer> ReceiveAsync(S3Call call, Func<S3Call, ValueTask<S3Answer>> operation)
    {
        var admission = await transfers.Bodies.AcquireAsync(call.Account, call.RemoteAddress, call.Aborted);
        using var slot = admission.Slot;
        if (slot is null)
        {
            return S3HttpErrors.Describe(new HttpError.Throttled(admission.Refusal));
        }

        call.Exchange.Received.Slot = slot;
        return await operation(call);
    }

    /// <summary>Runs a download when it has a transfer slot. The slot is released after the response has been written.</summary>
    public async ValueTask<S3Answer> SendAsync(S3Call call, Func<S3Call, ValueTask<S3Answer>> operation)
    {
        var admission = await transfers.Outputs.AcquireAsync(call.Account, call.RemoteAddress, call.Aborted);
        if (admission.Slot is not { } slot)
        {
            return S3HttpErrors.Describe(new HttpError.Throttled(admission.Refusal));
        }

        call.Exchange.Context.Response.RegisterForDispose(slot);
        return await operation(call);
    }
}
