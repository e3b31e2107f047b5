using OrleansUploads.Core.Refusals;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Receiving;

/// <summary>The body of a request that uploads an object or a part of one.</summary>
/// <param name="Content">The bytes. The stream is read to its end.</param>
/// <param name="LengthBytes">Their announced number; not negative.</param>
/// <param name="Sha256">The SHA-256 of the bytes that the client signed, or null if the signature does not cover their hash.</param>
/// <param name="Algorithm">The algorithm of the checksum that the request states or will state in its trailer, or null if it has
/// none.</param>
/// <param name="Stated">The digests that the request states. Called once the bytes have been read, because some arrive behind
/// them.</param>
public sealed record ObjectBody(
    Stream Content, long LengthBytes, LinearHash? Sha256, ChecksumAlgorithm? Algorithm, Func<StatedDigests> Stated);

/// <summary>The other digests that a request states; each is null if the request does not state it.</summary>
public readonly record struct StatedDigests(Md5Digest? Md5, Checksum? Checksum);

/// <summary>The digests of a body while its bytes arrive.</summary>
/// <param name="lanes">The lanes that bodies share, or null for none.</param>
internal sealed class ObjectDigests(ObjectBody body, ChecksumAlgorithm algorithm, SharedLanes? lanes) : IDisposable
{
    /// <summary>Handing fewer bytes to another thread takes longer than hashing them.</summary>
    private const int MinBytesForAnotherThread = 64 * 1024;

    private readonly Md5Hasher _md5 = new(lanes);

    // The SHA-256 checksum of a part is its linear hash.
    private readonly ChecksumHasher? _checksum = algorithm == ChecksumAlgorithm.Sha256 ? null : new(algorithm);

    /// <summary>Whether the linear hash is compared with something.</summary>
    public bool NeedLinearHash => body.Sha256 is not null || algorithm == ChecksumAlgorithm.Sha256;

    /// <summary>Appends bytes to the checksum and to the MD5, which takes as long as all other digests together, so it runs beside
    /// them.</summary>
    public Task AppendAsync(ReadOnlyMemory<byte> bytes)
    {
        var md5 = AppendToMd5Async(bytes);
        _checksum?.Append(bytes.Span);
        return md5;
    }

    /// <summary>Compares the digests of all bytes with what the request states. Without bytes there is no attempt.</summary>
    public Outcome<NumberedPart> Finish(PartHashes hashes, int number, AttemptId? attempt)
    {
        var md5 = _md5.Finish();
        var linear = hashes.Linear.GetValueOrDefault();
        var digest = linear.Digest;
        var checksum = _checksum?.Finish() ?? new Checksum(ChecksumAlgorithm.Sha256, digest.Span);
        Refusal? refusal = body.Stated() switch
        {
            _ when body.Sha256 is { } signed && signed != hashes.Linear => new Refusal.LinearHashDiffers(signed, linear),
            { Md5: { } known } when known != md5 => new ObjectRefusal.Md5Differs(known, md5),
            { Checksum: { } known } when known != checksum => new ObjectRefusal.ChecksumDiffers(known, checksum),
            _ => null,
        };
        return refusal is null
            ? new(new NumberedPart(number, body.LengthBytes, md5, hashes.Tree, attempt, checksum))
            : new(refusal);
    }

    public void Dispose()
    {
        _md5.Dispose();
        _checksum?.Dispose();
    }

    private Task AppendToMd5Async(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < MinBytesForAnotherThread)
        {
            _md5.Append(bytes.Span);
            return Task.CompletedTask;
        }

        // On the caller's scheduler, which decides the order in the simulation.
        return _md5.CanJoinLanes ? _md5.AppendInLanesAsync(bytes) : Task.Factory.StartNew(
            () => _md5.Append(bytes.Span), CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Current);
    }
}
