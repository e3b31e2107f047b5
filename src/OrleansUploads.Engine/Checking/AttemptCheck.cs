using System.Buffers;

namespace OrleansUploads.Engine.Checking;

/// <summary>Reads one attempt and compares it with what was acknowledged.</summary>
/// <param name="isDeep">Whether to recompute the tree hash.</param>
/// <param name="pace">Limits the rate of reading.</param>
internal sealed class AttemptCheck(IPartStore parts, bool isDeep, ReadPace pace)
{
    private static readonly int BufferBytes = PartHasher.BatchBytes;

    /// <summary>Whether every byte is read. If not, only the length and the stored hashes are compared.</summary>
    public bool ReadsBytes { get; init; } = true;

    /// <summary>Number of bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Reads and checks an attempt.</summary>
    /// <returns>A description of the damage, or null.</returns>
    public async ValueTask<string?> FindFaultAsync(
        UploadId upload, NeededAttempt needed, CancellationToken cancellationToken)
    {
        try
        {
            await using var reader = await parts.OpenAsync(upload, needed.Attempt, ReadsBytes ? null : needed.LengthBytes, cancellationToken);
            if (reader.LengthBytes != needed.LengthBytes)
            {
                return $"it has {reader.LengthBytes} bytes, but {needed.LengthBytes} were acknowledged";
            }

            var leaves = await reader.ReadLeavesAsync(cancellationToken);
            if (TreeHasher.FromLeaves([.. leaves]) != needed.TreeHash)
            {
                return "its stored hashes differ from the acknowledged tree hash";
            }

            var computed = ReadsBytes ? await ReadAsync(reader, cancellationToken) : null;
            return computed is null || computed == needed.TreeHash
                ? null
                : $"the tree hash of its bytes is {computed}, but {needed.TreeHash} was acknowledged";
        }
        catch (AttemptDamagedException damaged)
        {
            return damaged.What;
        }
        catch (IOException failure)
        {
            return $"it cannot be read: {failure.Message}";
        }
    }

    private async ValueTask<TreeHash?> ReadAsync(IAttemptReader reader, CancellationToken cancellationToken)
    {
        using var hasher = isDeep ? new TreeHashBuilder() : null;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (long offset = 0; offset < reader.LengthBytes;)
            {
                // One request to an object store for each buffer. One for all of them would stay open while reading is paced.
                reader.Expect(offset, Math.Min(BufferBytes, reader.LengthBytes - offset));
                var count = await reader.ReadAsync(offset, buffer.AsMemory(0, BufferBytes), cancellationToken);
                if (count == 0)
                {
                    throw new IOException($"the file ends at byte {offset}.");
                }

                hasher?.Append(buffer.AsSpan(0, count));
                offset += count;
                BytesRead += count;
                await pace.ThrottleAsync(count, cancellationToken);
            }

            return hasher?.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
