using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Engine.Disk;

/// <summary>Writes the bytes of one file from front to back: whole blocks past the page cache where the store allows it, and all else
/// through it.</summary>
/// <remarks>A write through the page cache runs on the caller's thread, because it only copies the bytes. A direct write waits for the
/// disk, so it runs on a disk thread, while the caller fills the next block. Its failure is thrown by a later call. While blocks are scarce,
/// the caller waits for the write and fills the same block again: a body that has got a block keeps one until it ends.</remarks>
internal sealed class AttemptContent(SafeFileHandle file, bool isDirect, DirectWrites writes, DiskThreads threads)
{
    private bool _isDirect = isDirect;
    private long _writtenBytes;
    private Memory<byte>? _block;
    private Memory<byte>? _writtenBlock;
    private int _filledBytes;
    private Task _behind = Task.CompletedTask;

    /// <summary>Appends bytes. The caller may reuse the memory when the task has completed.</summary>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_isDirect)
        {
            return AppendBlocksAsync(bytes);
        }

        WriteThrough(bytes.Span);
        return ValueTask.CompletedTask;
    }

    public Task DrainAsync() => _behind;

    /// <summary>Writes all bytes that are not written yet, and then a footer. Drain first. Blocks the thread.</summary>
    public void Finish(ReadOnlySpan<byte> footer)
    {
        EndDirect();
        if (_block is { } block)
        {
            WriteThrough(block.Span[.._filledBytes]);
        }

        WriteThrough(footer);
        ReturnBlocks();
    }

    /// <summary>Waits for the block that is being written, and gives all memory back.</summary>
    public async ValueTask AbandonAsync()
    {
        await _behind.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        ReturnBlocks();
    }

    private async ValueTask AppendBlocksAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            _block ??= await NextBlockAsync();
            if (_block is not { } block)
            {
                // All blocks are in use by other bodies.
                EndDirect();
                WriteThrough(bytes.Span);
                return;
            }

            var count = Math.Min(bytes.Length, block.Length - _filledBytes);
            bytes[..count].CopyTo(block[_filledBytes..]);
            bytes = bytes[count..];
            _filledBytes += count;
            if (_filledBytes == block.Length)
            {
                await _behind;
                WriteBehind(block);
            }
        }
    }

    private async ValueTask<Memory<byte>?> NextBlockAsync()
    {
        if (writes.Blocks.TryRent() is { } another)
        {
            if (_writtenBlock is { } surplus)
            {
                _writtenBlock = null;
                _behind = ReturnAfterAsync(_behind, surplus);
            }

            return another;
        }

        await _behind;
        var again = _writtenBlock;
        _writtenBlock = null;
        return again;
    }

    private async Task ReturnAfterAsync(Task write, Memory<byte> block)
    {
        try
        {
            await write;
        }
        finally
        {
            writes.Blocks.Return(block);
        }
    }

    private void WriteBehind(Memory<byte> block)
    {
        var offset = _writtenBytes;
        _behind = threads.RunAsync(() => writes.WriteBlock(file, block.Span, offset));
        _writtenBytes += block.Length;
        _writtenBlock = block;
        _block = null;
        _filledBytes = 0;
    }

    private void EndDirect()
    {
        if (_isDirect)
        {
            DirectWrites.End(file);
            _isDirect = false;
        }
    }

    private void WriteThrough(ReadOnlySpan<byte> bytes)
    {
        writes.Write(file, bytes, _writtenBytes);
        _writtenBytes += bytes.Length;
    }

    private void ReturnBlocks()
    {
        foreach (var held in (ReadOnlySpan<Memory<byte>?>)[_block, _writtenBlock])
        {
            if (held is { } block)
            {
                writes.Blocks.Return(block);
            }
        }

        _block = _writtenBlock = null;
    }
}
