using System.Collections.Concurrent;
using System.Globalization;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Messages.Archives;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Tests.Harness;
using OrleansUploads.Hashing;
using static OrleansUploads.Gateway.Tests.Harness.Requests;
using Deletion = OrleansUploads.Core.Messages.Archives.DeleteArchive;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Deletions race the completion of an archive and that of a lock, while the gateway is held up between judging and
/// deleting. What is there when the lock is complete must stay.</summary>
/// <remarks>ORLEANSUPLOADS_LOCK_RACES sets the number of rounds; see docs/simulation.md.</remarks>
public sealed class LockRaceTests
{
    private const string RoundsVariable = "ORLEANSUPLOADS_LOCK_RACES";
    private const int FewRounds = 9;
    private const int RoundsOfOneServer = 250;
    private const int Deleters = 4;

    private static readonly byte[] Body = Bytes(1000);

    [Fact]
    public async Task No_archive_is_deleted_from_a_locked_vault_whatever_races_the_lock()
    {
        var rounds = Environment.GetEnvironmentVariable(RoundsVariable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : FewRounds;
        var lost = new List<int>();
        var tally = new Tally();
        for (var first = 0; first < rounds; first += RoundsOfOneServer)
        {
            var setup = new GatewaySetup();
            var host = new HeldUpHost(setup.Host(setup));
            await using var server = await GatewayServer.StartAsync(setup with { Host = _ => host });
            for (var round = first; round < Math.Min(rounds, first + RoundsOfOneServer); round++)
            {
                if (!await KeepsAsync(server, host, round, tally))
                {
                    lost.Add(round);
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage(
            $"{rounds} rounds, {tally.Denied} deletions denied, {tally.HeldUp} held up, {lost.Count} archives lost");
        Assert.True(lost.Count == 0, $"{lost.Count} of {rounds} archives were deleted from a locked vault: {string.Join(", ", lost)}");
        Assert.True(tally.Denied > 0 && tally.HeldUp > 0, "Nothing raced.");
    }

    /// <summary>One round in a vault of its own.</summary>
    /// <returns>Whether an archive that was there when the lock was complete is still there at the end.</returns>
    private static async Task<bool> KeepsAsync(GatewayServer server, HeldUpHost host, int round, Tally tally)
    {
        var vault = $"vault-{round}";
        (await server.SendAsync(CreateVault(vault))).Expect(201);
        var upload = (await server.SendAsync(Initiate(vault))).Expect(201).Header("x-amz-multipart-upload-id")!;
        (await server.SendAsync(Part(vault, upload, 0, Body))).Expect(204);
        Assert.True(UploadId.TryParse(upload, out var id));
        var archive = ArchiveId.Derive(id, Body.Length, TreeHasher.Compute(Body)).ToString();
        var completesFirst = round % 3 == 0;
        if (completesFirst)
        {
            (await server.SendAsync(Complete(vault, upload, Body))).Expect(201);
        }

        // Those that are held up have been judged without a lock, or without the archive's age.
        var release = host.HoldUp(all: completesFirst);
        using var over = new CancellationTokenSource();
        var deleting = Enumerable.Range(0, Deleters)
            .Select(_ => DeleteAsync(server, vault, archive, tally, over.Token)).ToList();
        if (completesFirst)
        {
            await host.SomeHeldUpAsync(Deleters);
        }

        var completing = completesFirst || round % 3 == 1 ? Task.CompletedTask : CompleteAsync(server, vault, upload);
        var initiated = (await server.SendAsync(InitiateLock(vault, VaultLockTests.KeepAYear))).Expect(201);
        (await server.SendAsync(CompleteLock(vault, initiated.Header("x-amz-lock-id")!))).Expect(204);
        await completing;
        if (round % 3 == 1)
        {
            await CompleteAsync(server, vault, upload);
        }

        var isThere = await IsThereAsync(server, vault, archive);
        tally.HeldUp += release();
        await host.SomePassedAsync(Deleters);
        await over.CancelAsync();
        await Task.WhenAll(deleting);
        return !isThere || await IsThereAsync(server, vault, archive);
    }

    private static async Task CompleteAsync(GatewayServer server, string vault, string upload) =>
        (await server.SendAsync(Complete(vault, upload, Body))).Expect(201);

    private static async Task<bool> IsThereAsync(GatewayServer server, string vault, string archive) =>
        (await server.SendAsync(Retrieve(vault, archive))).Status == 202;

    private static async Task DeleteAsync(
        GatewayServer server, string vault, string archive, Tally tally, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var answer = await server.SendAsync(DeleteArchive(vault, archive));
            if (answer.Status == 403)
            {
                Interlocked.Increment(ref tally.Denied);
            }
        }
    }

    private sealed class Tally
    {
        public int Denied;

        public int HeldUp;
    }

    /// <summary>Holds deletions up after they were judged and before the shard has them: all, or every second one.</summary>
    private sealed class HeldUpHost(IEntityHost inner) : IEntityHost, IAsyncDisposable
    {
        private readonly ConcurrentQueue<TaskCompletionSource> _held = new();
        private volatile bool _holds;
        private volatile bool _holdsAll;
        private int _seen;
        private int _passed;

        /// <summary>From now on deletions are held up, until the returned function lets them go on and says how many were.</summary>
        public Func<int> HoldUp(bool all)
        {
            _holdsAll = all;
            _holds = true;
            return () =>
            {
                _holds = false;
                Volatile.Write(ref _passed, 0);
                var count = 0;
                for (; _held.TryDequeue(out var held); count++)
                {
                    held.TrySetResult();
                }

                return count;
            };
        }

        public Task SomeHeldUpAsync(int count) => EventuallyAsync(() => _held.Count >= count);

        /// <summary>Waits until so many more questions of deletions were answered.</summary>
        public Task SomePassedAsync(int count) => EventuallyAsync(() => Volatile.Read(ref _passed) >= count);

        public async ValueTask<object> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
        {
            if (command is Deletion && _holds && (_holdsAll || Interlocked.Increment(ref _seen) % 2 == 0))
            {
                var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _held.Enqueue(held);
                if (!_holds)
                {
                    held.TrySetResult();
                }

                await held.Task.WaitAsync(cancellationToken);
            }

            var answer = await inner.SendAsync(entity, command, cancellationToken);
            if (command is Deletion or FindArchiveForDeletion)
            {
                Interlocked.Increment(ref _passed);
            }

            return answer;
        }

        public ValueTask DisposeAsync() => (inner as IAsyncDisposable)?.DisposeAsync() ?? ValueTask.CompletedTask;

        private static async Task EventuallyAsync(Func<bool> holds)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (!holds())
            {
                patience.Token.ThrowIfCancellationRequested();
                await Task.Delay(1, patience.Token);
            }
        }
    }
}
