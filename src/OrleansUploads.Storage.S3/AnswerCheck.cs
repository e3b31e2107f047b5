using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3.Model;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Storage.S3;

/// <summary>What a store's answer to a PUT says of the bytes that it has stored.</summary>
internal enum AnswerKind
{
    /// <summary>Nothing that can be computed from the bytes, such as the ETag of a bucket that encrypts with keys of AWS KMS.</summary>
    Opaque,

    /// <summary>The ETag is their MD5.</summary>
    Md5,

    /// <summary>There is a CRC-64/NVME, which costs less to compute than an MD5.</summary>
    Crc64Nvme,
}

/// <summary>Compares the answer to a PUT with the bytes that were sent.</summary>
internal sealed class AnswerCheck : IDisposable
{
    private readonly AnswerKind _kind;
    private readonly ChecksumHasher? _crc;
    private readonly IncrementalHash? _md5;

    public AnswerCheck(AnswerKind kind)
    {
        _kind = kind;
        _crc = kind == AnswerKind.Crc64Nvme ? new ChecksumHasher(ChecksumAlgorithm.Crc64Nvme) : null;
        _md5 = kind == AnswerKind.Md5 ? Md5() : null;
    }

    /// <summary>Finds out what a store answers, from the answer to a PUT of known bytes.</summary>
    public static AnswerKind KindOf(PutObjectResponse answer, ReadOnlySpan<byte> content) =>
        answer.ChecksumCRC64NVME == ChecksumHasher.Compute(ChecksumAlgorithm.Crc64Nvme, content).Base64 ? AnswerKind.Crc64Nvme
        : Unquoted(answer.ETag) == Md5Of(content) ? AnswerKind.Md5
        : AnswerKind.Opaque;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _crc?.Append(bytes);
        _md5?.AppendData(bytes);
    }

    /// <summary>The <see cref="AmazonClientException"/> says what the store has instead of what was sent.</summary>
    /// <exception cref="AmazonClientException">The answer has another hash.</exception>
    public void Require(PutObjectResponse answer)
    {
        var (stated, computed) = _kind switch
        {
            AnswerKind.Crc64Nvme => (answer.ChecksumCRC64NVME, _crc!.Finish().Base64),
            AnswerKind.Md5 => (Unquoted(answer.ETag), Convert.ToHexStringLower(_md5!.GetHashAndReset())),
            _ => (null, null),
        };
        if (stated != computed)
        {
            throw new AmazonClientException(
                $"the store acknowledged bytes with the {(_kind == AnswerKind.Md5 ? "ETag" : "checksum")} {stated ?? "(none)"}, but those that were "
                + $"sent have {computed}");
        }
    }

    public void Dispose()
    {
        _crc?.Dispose();
        _md5?.Dispose();
    }

    private static string? Unquoted(string? etag) => etag?.Trim('"');

#pragma warning disable CA5351 // S3 names objects by their MD5; it is no security measure here.
    private static string Md5Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(MD5.HashData(content));

    private static IncrementalHash Md5() => IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
}
