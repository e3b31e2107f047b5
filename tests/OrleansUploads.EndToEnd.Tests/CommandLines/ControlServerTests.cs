using System.Net.Sockets;
using System.Threading.Channels;
using OrleansUploads.Cli.Control;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

/// <summary>The socket through which commands such as <c>clock show</c> reach a server.</summary>
public sealed class ControlServerTests : TestWithFolder
{
    [Fact]
    public async Task A_request_that_fails_in_any_way_is_answered_and_the_next_one_is_served()
    {
        using var server = new ControlServer(
            Folder.Path, (request, _) => request == "good" ? Task.FromResult("done") : throw new OverflowException("Too\nlarge."), Assert.Fail);
        await server.StartAsync(Cancellation);

        var fault = await Assert.ThrowsAsync<IOException>(() => SendAsync("bad"));

        Assert.Contains("failed Too large.", fault.Message, StringComparison.Ordinal);
        Assert.Equal("done", await SendAsync("good"));
    }

    [Fact]
    public async Task A_server_without_descriptors_tries_once_a_second_to_accept_a_connection()
    {
        using var time = new RecordedTime();
        var attempts = 0;
        using var server = new ControlServer(
            Folder.Path,
            (_, _) => Task.FromResult("done"),
            Assert.Fail,
            _ =>
            {
                attempts++;
                throw new SocketException((int)SocketError.TooManyOpenSockets);
            },
            time);
        await server.StartAsync(Cancellation);

        for (var second = 1; second <= 3; second++)
        {
            Assert.Equal(TimeSpan.FromSeconds(1), await time.NextPauseAsync());
            Assert.Equal(second, attempts);
            time.Advance();
        }
    }

    [Fact, Campaign]
    public async Task A_lease_that_is_no_number_of_seconds_is_refused()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data, "--quiet");
        foreach (var seconds in (string[])["99999999999999999999", "9223372036854775807", "-1"])
        {
            var fault = await Assert.ThrowsAsync<IOException>(
                () => ControlClient.SendAsync(Folder.Data, $"backup begin {seconds}", CancellationToken.None));
            Assert.Contains($"failed '{seconds}' is not a number of seconds", fault.Message, StringComparison.Ordinal);
        }

        Assert.Equal("The clock is trusted.", await ControlClient.SendAsync(Folder.Data, "clock show", CancellationToken.None));
        await server.StopAsync();
    }

    private Task<string> SendAsync(string request) => ControlClient.SendAsync(Folder.Path, request, CancellationToken.None);

    /// <summary>A clock that tells when something waits, and how long.</summary>
    private sealed class RecordedTime : TimeProvider, IDisposable
    {
        private readonly ManualTime _time = new();
        private readonly Channel<TimeSpan> _pauses = Channel.CreateUnbounded<TimeSpan>();
        private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(2));

        public void Dispose() => _limit.Dispose();

        public ValueTask<TimeSpan> NextPauseAsync() => _pauses.Reader.ReadAsync(_limit.Token);

        public void Advance() => _time.Advance(TimeSpan.FromSeconds(1));

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = _time.CreateTimer(callback, state, dueTime, period);
            _pauses.Writer.TryWrite(dueTime);
            return timer;
        }
    }
}
