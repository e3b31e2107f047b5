using System.IO.Pipelines;
using OrleansUploads.Gateway.Http.Bodies;

namespace OrleansUploads.Gateway.Tests.Http;

public sealed class ReceivedBodyTests
{
    private static readonly MinBodyRate Rate = new(Window: TimeSpan.FromSeconds(10), BytesPerSecond: 1, BytesPerSecondWhenScarce: 1);
    private static readonly MinBodyRate Scarce = new(TimeSpan.FromSeconds(10), 240, 16 * 1024);

    private readonly ManualTime _time = new();
    private readonly Pipe _pipe = new(new PipeOptions(readerScheduler: PipeScheduler.Inline));

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task After_a_window_with_a_sufficient_rate_the_next_one_is_measured_and_its_bytes_are_not_polled(int windows, bool isTooSlow)
    {
        using var body = new ReceivedBody(new FewReads(_pipe.Reader), Rate, _time, connection: null);
        var buffer = new byte[100];
        await _pipe.Writer.WriteAsync(new byte[50], Cancellation);
        Assert.Equal(50, await body.ReadAsync(buffer, Cancellation));
        var next = body.ReadAsync(buffer, Cancellation).AsTask();

        _time.Advance(windows * Rate.Window);

        if (isTooSlow)
        {
            Assert.Equal(Rate.BytesPerSecond, (await Assert.ThrowsAsync<BodyTimeoutException>(() => next)).MinBytesPerSecond);
            return;
        }

        await _pipe.Writer.WriteAsync(new byte[1], Cancellation);
        Assert.Equal(1, await next);
    }

    [Fact]
    public void Canceling_the_read_of_a_request_that_has_just_ended_does_nothing()
    {
        using var body = new ReceivedBody(new EndedReader(), Rate, _time, connection: null);

        body.CancelRead();
    }

    [Theory]
    [InlineData(0, 240)]
    [InlineData(0.5, 240)]
    [InlineData(0.75, 1983)]
    [InlineData(1, 16384)]
    public void The_minimum_rate_rises_as_slots_get_scarce(double scarcity, int expected) =>
        Assert.Equal(expected, (int)Math.Round(Scarce.AtScarcity(scarcity)));

    [Fact]
    public void The_minimum_rate_does_not_rise_if_no_higher_rate_is_set() =>
        Assert.Equal(240, (Scarce with { BytesPerSecondWhenScarce = 0 }).AtScarcity(1));

    /// <summary>Fails when it is read in a loop.</summary>
    private sealed class FewReads(PipeReader inner) : PipeReader
    {
        private const int MaxReads = 10;
        private int _reads;

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            Assert.True(++_reads <= MaxReads, "The body is read in a loop.");
            return inner.ReadAsync(cancellationToken);
        }

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);
    }

    /// <summary>Behaves like Kestrel's reader after the end of its request.</summary>
    private sealed class EndedReader : PipeReader
    {
        public override void CancelPendingRead() => throw Ended();

        public override void AdvanceTo(SequencePosition consumed) => throw Ended();

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => throw Ended();

        public override void Complete(Exception? exception = null) => throw Ended();

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => throw Ended();

        public override bool TryRead(out ReadResult result) => throw Ended();

        private static ObjectDisposedException Ended() => new("HttpRequestStream");
    }
}
