using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;

namespace OrleansUploads.Simulation.World;

/// <summary>The part store as one process sees it: slow, failing before or after the effect, full at times, and torn by a crash.</summary>
internal sealed class PartStorePort(SimulatedWorld world, SimulatedProcess process, SimulatedPartStore disk)
    : IPartStore, IWriteGrants
{
    /// <summary>So few that some uploads have several pages.</summary>
    private const int PageAttempts = 3;

    private static readonly Uri Address = new("memory://parts/");

    public IWriteGrants Grants => this;

    private SwarmOptions Options => world.Options;

    public ValueTask<IAttemptWriter> CreateAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken) =>
        Act<IAttemptWriter>("create", upload, () =>
        {
            RequireRoom();
            var created = new StoredAttempt(process, lengthBytes);
            if (!Options.ShowsCommittedOnly)
            {
                disk.FindOrAdd(upload).Attempts.Add(attempt, created);
            }

            return new Writer(this, upload, attempt, created);
        });

    public ValueTask<IAttemptReader> OpenAsync(
        UploadId upload, AttemptId attempt, long? lengthBytes, CancellationToken cancellationToken) =>
        attempt.IsGranted ? OpenGrantedAsync(upload, attempt, isSealChecked: true)
            : Act<IAttemptReader>("open", upload, () => new Reader(this, upload, Find(upload, attempt)));

    /// <summary>Opens what a node has written. Like the adapter of an object store, it answers "unavailable" where a disk fails.</summary>
    public async ValueTask<IAttemptReader> OpenGrantedAsync(UploadId upload, AttemptId attempt, bool isSealChecked)
    {
        try
        {
            return await Act<IAttemptReader>("open", upload, () =>
            {
                var stored = Find(upload, attempt);
                var footer = new AttemptFooter(attempt, stored.LengthBytes);
                stored.Body!.Footer.CopyTo(footer.Bytes);
                return isSealChecked && footer.FindFault(upload) is { } fault
                    ? throw new AttemptDamagedException($"Attempt {attempt} of upload {upload}: {fault}.")
                    : new GrantedReader(this, stored, footer);
            });
        }
        catch (IOException fault)
        {
            throw new PartStoreUnavailableException(fault.Message, fault);
        }
    }

    public ValueTask<SignedWrite> SignAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, DateTimeOffset until, CancellationToken cancellationToken) =>
        Act("sign", upload, () => new SignedWrite(Address, ReadOnlyDictionary<string, string>.Empty, until));

    public async ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var bytes = ManifestCodec.Encode(manifest);
        await Act("put manifest", manifest.Upload, () =>
        {
            RequireRoom();
            var stored = disk.FindOrAdd(manifest.Upload);
            if (stored.Manifest is not null && !stored.Manifest.AsSpan().SequenceEqual(bytes))
            {
                world.Fail("immutability: an upload got a second, different manifest");
            }

            stored.Manifest = bytes;
            world.Note(process.Number, "manifest", SimulatedProcess.Named(manifest.Upload.Entity));
            return true;
        });
    }

    public ValueTask<Manifest?> ReadManifestAsync(UploadId upload, CancellationToken cancellationToken) =>
        Act("read manifest", upload, () =>
        {
            Flip();
            return disk.Find(upload)?.Manifest is { } bytes ? ManifestCodec.Decode(bytes) : null;
        });

    public async IAsyncEnumerable<UploadId> ListUploadsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var listed = await Act("list uploads", default, () => disk.Uploads.Values.Select(stored => stored.Upload).ToList());
        foreach (var upload in listed)
        {
            yield return upload;
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<AttemptId>> ListAttemptsAsync(
        UploadId upload, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        AttemptId? last = null;
        List<AttemptId> page;
        do
        {
            // Like a distant store, each page shows what is stored when it is read.
            page = await Act("list attempts", upload, () => disk.Find(upload) is { } stored
                ? stored.Attempts.Keys
                    .SkipWhile(attempt => last is { } listed && attempt.CompareTo(listed) <= 0)
                    .Take(PageAttempts)
                    .ToList()
                : []);
            if (page.Count > 0)
            {
                last = page[^1];
                yield return page;
            }
        }
        while (page.Count == PageAttempts);
    }

    public ValueTask<IReadOnlyList<ListedAttempt>?> ListStoredAsync(UploadId upload, CancellationToken cancellationToken) =>
        Options.ShowsCommittedOnly
            ? ValueTask.FromResult<IReadOnlyList<ListedAttempt>?>(null)
            : Act<IReadOnlyList<ListedAttempt>?>("list stored", upload, () => disk.Find(upload) is { } stored
                ? [.. stored.Attempts.Select(pair => new ListedAttempt(pair.Key, pair.Value.LengthBytes))]
                : []);

    public async ValueTask DeleteAttemptsAsync(
        UploadId upload, IReadOnlyList<AttemptId> attempts, CancellationToken cancellationToken) =>
        await Act("delete attempts", upload, () =>
        {
            var isCutShort = attempts.Count > 1 && world.Faults.Chance(Options.StoreFailsAfter);
            foreach (var attempt in isCutShort ? attempts.Take(attempts.Count / 2) : attempts)
            {
                disk.Remove(upload, attempt);
            }

            return isCutShort ? throw new IOException("The simulated disk fails in the middle of deletions.") : true;
        });

    public async ValueTask DeleteUploadAsync(UploadId upload, DeletionGuard? guard, CancellationToken cancellationToken) =>
        await Act("delete upload", upload, () =>
        {
            if (disk.Find(upload) is not { } stored)
            {
                return true;
            }

            stored.Manifest = null;
            var isCutShort = world.Faults.Chance(Options.StoreFailsAfter);
            var attempts = stored.Attempts.Keys.ToList();
            foreach (var attempt in isCutShort ? attempts[..(attempts.Count / 2)] : attempts)
            {
                stored.Attempts.Remove(attempt);
            }

            disk.RemoveIfEmpty(stored);
            return isCutShort ? throw new IOException("The simulated disk fails in the middle of a deletion.") : true;
        });

    /// <summary>The process has crashed. Each of its uncommitted attempts is removed or stays torn.</summary>
    public void Crash()
    {
        foreach (var stored in disk.Uploads.Values.ToList())
        {
            foreach (var (attempt, kept) in stored.Attempts.Where(pair => pair.Value.Owner == process && !pair.Value.IsCommitted).ToList())
            {
                if (world.Faults.Chance(500))
                {
                    stored.Attempts.Remove(attempt);
                }
                else
                {
                    world.Coverage.Saw(Situations.AttemptTorn);
                }
            }

            disk.RemoveIfEmpty(stored);
        }
    }

    private StoredAttempt Find(UploadId upload, AttemptId attempt) =>
        disk.Find(upload)?.Attempts.GetValueOrDefault(attempt) is { IsCommitted: true } stored
            ? stored
            : throw new AttemptDamagedException($"Attempt {attempt} is missing or was never committed.");

    private void RequireRoom()
    {
        if (disk.IsFull)
        {
            world.Coverage.Saw(Situations.DiskFull);
            throw new PartStoreFullException("The simulated disk is full.");
        }
    }

    private void Flip()
    {
        if (world.Faults.Chance(Options.BytesFlip))
        {
            world.Fault(process.Number, "bytes flip");
            world.Coverage.Saw(Situations.BytesFlipped);
            throw new AttemptDamagedException("The simulated disk flipped a byte, and the checksum detected it.");
        }
    }

    private ValueTask<T> Act<T>(string what, UploadId upload, Func<T> effect)
    {
        var faults = world.Faults;
        var failsBefore = faults.Chance(Options.StoreFailsBefore);
        var failsAfter = faults.Chance(Options.StoreFailsAfter);
        var effectDelay = faults.Milliseconds(0, Options.SlowMilliseconds);
        var answerDelay = faults.Milliseconds(0, Options.SlowMilliseconds);
        var subject = SimulatedProcess.Named(upload);
        var task = new TaskCompletionSource<T>();
        world.Clock.After(effectDelay, () =>
        {
            if (process.IsDead)
            {
                return;
            }

            if (failsBefore)
            {
                world.Fault(process.Number, what + " fails before its effect", subject);
                task.SetException(new IOException("The simulated disk fails."));
                return;
            }

            T result;
            try
            {
                result = effect();
                world.Note(process.Number, what, subject);
            }
            catch (Exception fault) when (fault is IOException or AttemptDamagedException or PartStoreFullException)
            {
                task.SetException(fault);
                return;
            }

            world.Clock.After(answerDelay, () =>
            {
                if (failsAfter)
                {
                    world.Fault(process.Number, what + " fails after its effect", subject);
                    world.Coverage.Saw(Situations.StoreFailedAfter);
                    task.SetException(new IOException("The simulated disk fails after the effect."));
                }
                else
                {
                    task.SetResult(result);
                }
            });
        });
        return new(task.Task);
    }

    internal sealed class Writer(PartStorePort port, UploadId upload, AttemptId attempt, StoredAttempt stored) : IAttemptWriter
    {
        private bool _committed;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            port.RequireRoom();
            stored.Write(bytes.Span);
            return ValueTask.CompletedTask;
        }

        public void WriteShared(byte[] block)
        {
            port.RequireRoom();
            stored.WriteShared(block);
        }

        public async ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken)
        {
            await port.Act("commit", upload, () =>
            {
                if (port.Options.ShowsCommittedOnly)
                {
                    port.Disk.FindOrAdd(upload).Attempts.Add(attempt, stored);
                }
                else if (port.Disk.Find(upload)?.Attempts.GetValueOrDefault(attempt) != stored)
                {
                    throw new AttemptDamagedException($"Attempt {attempt} was deleted while it was written.");
                }

                stored.Leaves = leaves.ToArray();
                stored.IsCommitted = true;
                return true;
            });
            _committed = true;
        }

        public ValueTask DisposeAsync()
        {
            if (!_committed)
            {
                port.Disk.Remove(upload, attempt);
            }

            return ValueTask.CompletedTask;
        }
    }

    private SimulatedPartStore Disk => disk;

    /// <summary>Reads what a node has written. The bytes are compared with their leaf before any of them is returned.</summary>
    internal sealed class GrantedReader(PartStorePort port, StoredAttempt stored, AttemptFooter footer) : IAttemptReader
    {
        public bool ChecksLeaves { get; set; } = true;

        public long LengthBytes => stored.LengthBytes;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
        {
            port.Flip();
            if (ChecksLeaves && !IsTrue())
            {
                throw new AttemptDamagedException("The bytes differ from the leaf that their node has written.");
            }

            var rest = stored.Written[(int)Math.Min(offset, stored.LengthBytes)..];
            var count = Math.Min(rest.Length, buffer.Length);
            rest[..count].CopyTo(buffer.Span);
            return ValueTask.FromResult(count);
        }

        public ValueTask<IReadOnlyList<Sha256Digest>> ReadLeavesAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult<IReadOnlyList<Sha256Digest>>(footer.ReadLeaves());

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        /// <summary>Whole blocks have known hashes. Some seeds hash them again, as the real reader does.</summary>
        private bool IsTrue() => stored.Body!.Bytes.IsFull && !port.Options.RealIntakeOfFullParts
            ? stored.Body.Bytes.Digest == footer.ReadLeaves()[0]
            : footer.FindDamage(0, stored.Written) is null;
    }

    private sealed class Reader(PartStorePort port, UploadId upload, StoredAttempt stored) : IAttemptReader
    {
        public long LengthBytes => stored.LengthBytes;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
        {
            port.Flip();
            var rest = stored.Written[(int)Math.Min(offset, stored.LengthBytes)..];
            var count = Math.Min(rest.Length, buffer.Length);
            rest[..count].CopyTo(buffer.Span);
            return ValueTask.FromResult(count);
        }

        public ValueTask<IReadOnlyList<Sha256Digest>> ReadLeavesAsync(CancellationToken cancellationToken) =>
            port.Act("read leaves", upload, () => stored.Leaves);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
