using System.Security.Cryptography;

namespace OrleansUploads.Engine.Tests.DataFolders;

/// <summary>Decisions and bytes belong together, in any order of starts and wherever a start ends.</summary>
public sealed class StoreMarksTests
{
    [Fact]
    public async Task A_store_belongs_to_the_decisions_that_claim_it_first_before_it_has_bytes_and_after_it_was_emptied()
    {
        var (store, first) = (new Store(), new Decisions());
        await first.StartAsync(store);
        foreach (var hasBytes in new[] { false, true, false })
        {
            store.HasBytes = hasBytes;
            Assert.Equal(hasBytes ? StoreMarkFault.UnknownBytes : StoreMarkFault.OtherMark, await new Decisions().RefusedAsync(store));
            await first.StartAsync(store);
        }
    }

    [Fact]
    [Promise("cluster.md", "the folder is not mounted")]
    public async Task Decisions_that_know_a_store_refuse_one_without_a_mark()
    {
        var decisions = new Decisions();
        await decisions.StartAsync(new Store());

        var notMounted = new Store();
        Assert.Equal(StoreMarkFault.NotMarked, await decisions.RefusedAsync(notMounted));
        Assert.Null(notMounted.Mark);
    }

    [Fact]
    public async Task A_first_start_that_ends_at_any_step_is_repeated_with_success()
    {
        for (var step = 0; step < 8; step++)
        {
            var (store, decisions) = (new Store(), new Decisions());
            var left = step;
            void Step()
            {
                if (left-- == 0)
                {
                    throw new TimeoutException();
                }
            }

            store.OnStep = decisions.OnStep = Step;
            _ = await Record.ExceptionAsync(() => decisions.StartAsync(store));
            store.OnStep = decisions.OnStep = static () => { };

            await decisions.StartAsync(store);
            Assert.Equal(store.Mark, decisions.Mark);
        }
    }

    [Fact]
    public async Task Of_two_first_starts_with_different_stores_one_is_refused_at_any_step()
    {
        for (var step = 0; step < 8; step++)
        {
            var (shared, notMounted, decisions) = (new Store(), new Store(), new Decisions());
            var (left, other) = (step, (Exception?)null);
            async Task StepAsync()
            {
                if (left-- == 0)
                {
                    other = await Record.ExceptionAsync(() => decisions.StartAsync(notMounted));
                }
            }

            shared.OnStep = () => StepAsync().GetAwaiter().GetResult();
            var first = await Record.ExceptionAsync(() => decisions.StartAsync(shared));

            Assert.Equal(left < 0, first is StoreMarkException ^ other is StoreMarkException);
        }
    }

    private sealed class Decisions
    {
        private byte[]? _claim;

        public Action OnStep { get; set; } = static () => { };

        public byte[]? Mark { get; private set; }

        public async Task StartAsync(Store store)
        {
            await StoreMarks.RequireMatchAsync(
                store,
                _ => Do(() => Mark),
                (claim, _) => Do(() => _claim ??= claim),
                (mark, _) => Do(() => Mark ??= mark),
                RandomNumberGenerator.GetBytes(StoreMarks.Bytes),
                static _ => ValueTask.CompletedTask,
                CancellationToken.None);
        }

        public async Task<StoreMarkFault> RefusedAsync(Store store) =>
            (await Assert.ThrowsAsync<StoreMarkException>(() => StartAsync(store))).Fault;

        private ValueTask<T> Do<T>(Func<T> action)
        {
            OnStep();
            var result = action();
            OnStep();
            return ValueTask.FromResult(result);
        }
    }

    private sealed class Store : IStoreMark
    {
        public Action OnStep { get; set; } = static () => { };

        public byte[]? Mark { get; private set; }

        public bool HasBytes { get; set; }

        public string Place => "memory";

        public string MarkName => "mark";

        public ValueTask<byte[]?> FindMarkAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Mark);

        public ValueTask<bool> HasBytesAsync(CancellationToken cancellationToken) => ValueTask.FromResult(HasBytes);

        public ValueTask<IReadOnlyList<string>> ListClaimsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask PutClaimAsync(string name, string text, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<string?> ReadClaimAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DeleteClaimAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<byte[]> FindOrMakeMarkAsync(ReadOnlyMemory<byte> random, CancellationToken cancellationToken)
        {
            OnStep();
            Mark ??= random.ToArray();
            OnStep();
            return ValueTask.FromResult(Mark);
        }
    }
}
