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
    public static async ValueTask<T> ReadAsync<T>(S3Call call, Func<ReceivedDocument, T> parse, bool hasChecksum = true)
    {
        var md5 = StatedChecksum.ReadMd5(call);
        var checksum = hasChecksum ? StatedChecksum.Read(call) : null;
        var (received, unreadable) = await call.Payload.OpenDocumentAsync(call.Account, call.Aborted);
        using var document = received ?? throw S3HttpErrors.Describe(unreadable!).AsException();
        Check(document, md5, checksum?.Value);
        try
        {
            return parse(document);
        }
        catch (XmlException malformed)
        {
            throw S3Error.MalformedXml(malformed.Message).AsException();
        }
    }

    private static void Check(ReceivedDocument document, Md5Digest? md5, Checksum? checksum)
    {
        if (md5 is { } statedMd5 && statedMd5 != Md5Digest.Compute(document.OpenRead()))
        {
            throw new S3Error(S3ErrorCode.BadDigest, "The Content-MD5 you specified did not match what we received.").AsException();
        }

        if (checksum is { } stated && stated != ChecksumHasher.Compute(stated.Algorithm, document.OpenRead()))
        {
            throw new S3Error(
                S3ErrorCode.BadDigest, $"The {stated.Algorithm.Name()} you specified did not match the calculated checksum.").AsException();
        }
    }
}
