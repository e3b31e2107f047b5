using System.Security.Cryptography;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Bytes;

/// <summary>Writes the body of a part to a new attempt and computes its digests on the way.</summary>
/// <param name="parts">Stores the bytes.</param>
/// <param name="lanes">Hashes several bodies at a time, or null to hash each one alone.</param>
internal sealed class AttemptIntake(IPartStore parts, SharedLanes? lanes)
{
    /// <summary>Stores a body and makes it durable. For an empty body, nothing is stored. If its length or a digest differs from what is
    /// stated, the attempt is discarded.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="attempt">The name of the attempt.</param>
    /// <param name="number">The part's number.</param>
    /// <param name="body">The body.</param>
    /// <param name="preferred">The algorithm to compute if the request states no checksum, or null for CRC-64/NVME.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    public async ValueTask<Outcome<NumberedPart>> StoreAsync(
        UploadId upload,
        AttemptId attempt,
        int number,
        ObjectBody body,
        ChecksumAlgorithm? preferred,
        CancellationToken cancellationToken)
    {
        using var digests = new PartDigests(body, body.Algorithm ?? preferred ?? ChecksumAlgorithm.Crc64Nvme, lanes);
        if (body.LengthBytes == 0)
        {
            var isEmpty = await body.Content.ReadAtLeastAsync(
                new byte[1], 1, throwOnEndOfStream: false, cancellationToken) == 0;
            return isEmpty ? digests.Finish(number, 0, null, body.Stated()).Outcome : new(new Refusal.LengthDiffers(0, 1));
        }

        using var activity = EngineTracing.StartAttempt(upload, body.LengthBytes);
        try
        {
            await using var writer = await parts.CreateAsync(upload, attempt, body.LengthBytes, cancellationToken);
            var received = await digests.Window.CopyAsync(body.Content, writer, digests.AppendAsync, cancellationToken);
            if (received != body.LengthBytes)
            {
                return new(new Refusal.LengthDiffers(body.LengthBytes, received));
            }

            var (outcome, leaves) = digests.Finish(number, received, attempt, body.Stated());
            if (outcome.Refusal is null)
            {
                await writer.CommitAsync(leaves, cancellationToken);
            }

            return outcome;
        }
        catch (AttemptDamagedException)
        {
            // The attempt was collected while it was written: writing took longer than the grace period.
            return new(new ObjectRefusal.NumberedAttemptCollected(number));
        }
    }

    /// <summary>The digests of a part while its bytes arrive.</summary>
    private sealed class PartDigests(ObjectBody body, ChecksumAlgorithm algorithm, SharedLanes? lanes) : IDisposable
    {
        /// <summary>Handing fewer bytes to another thread takes longer than hashing them.</summary>
        private const int MinBytesForAnotherThread = 64 * 1024;

        private readonly IncrementalHash _md5 = Md5Digest.CreateHash();

        // The SHA-256 checksum of a part is its linear hash.
        private readonly ChecksumHasher? _checksum = algorithm == ChecksumAlgorithm.Sha256 ? null : new(algorithm);

        /// <summary>Where the body is read, with its SHA-256 hashes. The linear hash is computed only if something is compared with
        /// it.</summary>
        public BodyWindow Window { get; } =
            new(body.LengthBytes, withLinearHash: body.Sha256 is not null || algorithm == ChecksumAlgorithm.Sha256, lanes);

        /// <summary>Appends bytes to the checksum and to the MD5, which takes as long as all other digests together, so it runs beside
        /// them.</summary>
        public Task AppendAsync(ReadOnlyMemory<byte> bytes)
        {
            // On the caller's scheduler, which decides the order in the simulation.
            var md5 = bytes.Length < MinBytesForAnotherThread ? null : Task.Factory.StartNew(
                () => _md5.AppendData(bytes.Span), CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Current);
            if (md5 is null)
            {
                _md5.AppendData(bytes.Span);
            }

            _checksum?.Append(bytes.Span);
            return md5 ?? Task.CompletedTask;
        }

        public (Outcome<NumberedPart> Outcome, ReadOnlyMemory<Sha256Digest> Leaves) Finish(
            int number, long lengthBytes, AttemptId? attempt, StatedDigests stated)
        {
            var hashes = Window.Finish();
            var md5 = new Md5Digest(_md5.GetHashAndReset());
            var linear = hashes.Linear.GetValueOrDefault();
            var digest = linear.Digest;
            var checksum = _checksum?.Finish() ?? new Checksum(ChecksumAlgorithm.Sha256, digest.Span);
            Refusal? refusal = stated switch
            {
                _ when body.Sha256 is { } signed && signed != hashes.Linear => new Refusal.LinearHashDiffers(signed, linear),
                { Md5: { } known } when known != md5 => new ObjectRefusal.Md5Differs(known, md5),
                { Checksum: { } known } when known != checksum => new ObjectRefusal.ChecksumDiffers(known, checksum),
                _ => null,
            };
            return (
                refusal is null ? new(new NumberedPart(number, lengthBytes, md5, hashes.Tree, attempt, checksum)) : new(refusal),
                hashes.Leaves.AsMemory());
        }

        public void Dispose()
        {
            Window.Dispose();
            _md5.Dispose();
            _checksum?.Dispose();
        }
    }
}
