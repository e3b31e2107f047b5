using System.Diagnostics;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Errors;
using OrleansUploads.Gateway.S3.Buckets;
using OrleansUploads.Gateway.S3.Objects;
using OrleansUploads.Gateway.S3.Protocol;
using static OrleansUploads.Gateway.S3.Protocol.S3Operation;

namespace OrleansUploads.Gateway.S3;

/// <summary>Executes each operation of S3.</summary>
internal sealed class S3Operations(
    BucketOperations buckets,
    ListOperations lists,
    ObjectUploads objectUploads,
    ObjectReads objectReads,
    ObjectAcls objectAcls,
    ObjectAttributes objectAttributes,
    ObjectTagging objectTagging,
    ObjectRestores objectRestores,
    ObjectDeletion objectDeletion,
    ObjectCopies objectCopies,
    MultipartUploads multipartUploads,
    MultipartLists multipartLists,
    TransferLimiters transfers)
{
    /// <summary>Executes the operation of a call.</summary>
    public ValueTask<S3Answer> ExecuteAsync(S3Call call) => call.Operation switch
    {
        ListBuckets => buckets.ListAsync(call),
        CreateBucket => buckets.CreateAsync(call),
        HeadBucket => buckets.HeadAsync(call),
        DeleteBucket => buckets.DeleteAsync(call),
        GetBucketLocation => buckets.GetLocationAsync(call),
        GetBucketAccelerateConfiguration
            or GetBucketAcl
            or GetBucketCors
            or GetBucketEncryption
            or GetBucketLifecycleConfiguration
            or GetBucketLogging
            or GetBucketNotificationConfiguration
            or GetBucketPolicy
            or GetBucketReplication
            or GetBucketRequestPayment
            or GetBucketTagging
            or GetBucketVersioning
            or GetBucketWebsite
            or GetObjectLockConfiguration
            or GetPublicAccessBlock => buckets.GetSettingAsync(call),
        S3Operation.ListObjects => lists.ListAsync(call),
        ListObjectsV2 => lists.ListV2Async(call),
        ListObjectVersions => lists.ListVersionsAsync(call),
        DeleteObjects => objectDeletion.DeleteManyAsync(call),
        PutObject => ReceiveAsync(call, objectUploads.PutAsync),
        S3Operation.CopyObject => ReceiveAsync(call, objectCopies.CopyAsync),
        GetObject => SendAsync(call, objectReads.ReadAsync),
        HeadObject => objectReads.ReadAsync(call),
        GetObjectAcl => objectAcls.GetAsync(call),
        GetObjectAttributes => objectAttributes.GetAsync(call),
        GetObjectTagging => objectTagging.GetAsync(call),
        PutObjectTagging => objectTagging.PutAsync(call),
        DeleteObjectTagging => objectTagging.DeleteAsync(call),
        RestoreObject => objectRestores.RestoreAsync(call),
        DeleteObject => objectDeletion.DeleteAsync(call),
        CreateMultipartUpload => multipartUploads.CreateAsync(call),
        UploadPart => ReceiveAsync(call, multipartUploads.UploadPartAsync),
        UploadPartCopy => ReceiveAsync(call, objectCopies.CopyPartAsync),
        ListParts => multipartLists.ListPartsAsync(call),
        ListMultipartUploads => multipartLists.ListUploadsAsync(call),
        CompleteMultipartUpload => multipartUploads.CompleteAsync(call),
        AbortMultipartUpload => multipartUploads.AbortAsync(call),
        _ => throw new UnreachableException($"No code executes {call.Operation}."),
    };

    /// <summary>Runs an upload or a copy when it has a transfer slot. No bytes of a waiting one are read.</summary>
    private async ValueTask<S3Answer> ReceiveAsync(S3Call call, Func<S3Call, ValueTask<S3Answer>> operation)
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
    private async ValueTask<S3Answer> SendAsync(S3Call call, Func<S3Call, ValueTask<S3Answer>> operation)
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
