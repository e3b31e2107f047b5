using System.Xml;
using OrleansUploads.Gateway.Http.Bodies;
using OrleansUploads.Hashing;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>Reads the XML document of a request. The caller must be known to be allowed to send it.</summary>
internal static class RequestDocument
{
    /// <summary>Reads the body, compares it with the digests that the request states, and parses it. The body is gone when the method
    /// returns.</summary>
    /// <param name="call">The request.</param>
    /// <param name="parse">Parses the document.</param>
    /// <param name="hasChecksum">Whether an <c>x-amz-checksum-*</c> header is about the document.</param>
    /// <returns>What the document says, or what is wrong.</returns>
    public static async ValueTask<(T? Value, S3Error? Error)> ReadAsync<T>(
        S3Call call, Func<ReceivedDocument, T> parse, bool hasChecksum = true)
        where T : class
    {
        Md5Digest? md5 = null;
        StatedChecksum? checksum = null;
        if (!StatedChecksum.TryReadMd5(call, out md5, out var error)
            || (hasChecksum && !StatedChecksum.TryRead(call, out checksum, out error)))
        {
            return (null, error);
        }

        var (document, unreadable) = await call.Payload.OpenDocumentAsync(call.Account, call.Aborted);
        using (document)
        {
            if (document is null)
            {
                return (null, S3HttpErrors.Describe(unreadable!));
            }

            if (Check(document, md5, checksum?.Value) is { } corrupt)
            {
                return (null, corrupt);
            }

            try
            {
                return (parse(document), null);
            }
            catch (XmlException malformed)
            {
                return (null, S3Error.MalformedXml(malformed.Message));
            }
        }
    }

    private static S3Error? Check(ReceivedDocument document, Md5Digest? md5, Checksum? checksum)
    {
        if (md5 is { } statedMd5 && statedMd5 != Md5Digest.Compute(document.OpenRead()))
        {
            return new(S3ErrorCode.BadDigest, "The Content-MD5 you specified did not match what we received.");
        }

        return checksum is { } stated && stated != ChecksumHasher.Compute(stated.Algorithm, document.OpenRead())
            ? new(S3ErrorCode.BadDigest, $"The {stated.Algorithm.Name()} you specified did not match the calculated checksum.")
            : null;
    }
}
