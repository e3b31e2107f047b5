using System.Net.Sockets;
using OrleansUploads.Cli.Control;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

/// <summary>Commands such as <c>clock show</c> to a server that does not answer.</summary>
public sealed class UnansweredCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public UnansweredCommandTests()
    {
        _listener.Bind(ControlSocket.EndPointOf(_folder.Path));
        _listener.Listen();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_server_that_hangs_up_has_not_answered()
    {
        var answer = ControlClient.SendAsync(_folder.Path, "clock show", CancellationToken.None);
        using (var client = await _listener.AcceptAsync())
        {
            await ControlSocket.ReadLineAsync(client, CancellationToken.None);
        }

        AssertUnanswered(await Assert.ThrowsAsync<IOException>(() => answer));
    }

    [Fact]
    public async Task A_server_that_hangs_has_not_answered()
    {
        var time = new ManualTime();
        var answer = ControlClient.SendAsync(_folder.Path, "clock show", CancellationToken.None, time);
        using var client = await _listener.AcceptAsync();
        time.Advance(TimeSpan.FromSeconds(60));

        AssertUnanswered(await Assert.ThrowsAsync<IOException>(() => answer));
    }

    [Fact, Campaign]
    public async Task A_backup_that_is_interrupted_before_the_answer_says_that_its_lease_may_be_in_force()
    {
        using var backups = new TemporaryFolder();
        await using var command = CommandLine.Start(["backup", "begin", "--data", _folder.Path, "--to", backups.Path]);
        using var client = await _listener.AcceptAsync();
        await ControlSocket.ReadLineAsync(client, CancellationToken.None);

        command.Terminate();

        Assert.True(await command.WaitForExitAsync(TimeSpan.FromMinutes(2)) == 130, command.ToString());
        Assert.Contains("Interrupted. The lease may be in force. Until you begin again or run ", command.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_whole_backup_that_is_interrupted_before_the_answer_ends_its_lease()
    {
        using var backups = new TemporaryFolder();
        using var interruption = new CancellationTokenSource();
        var opening = BackupRun.OpenAsync(_folder.Path, backups.Path, TimeSpan.FromHours(1), TimeProvider.System, CancellationToken.None);
        await AnswerAsync("backup show");
        using var run = await opening;
        var running = run.RunAsync(interruption.Token);
        using var begin = await _listener.AcceptAsync();
        await ControlSocket.ReadLineAsync(begin, CancellationToken.None);

        await interruption.CancelAsync();
        await AnswerAsync("backup end");

        var interrupted = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.DoesNotContain("lease", interrupted.Message, StringComparison.Ordinal);
    }

    private async Task AnswerAsync(string expected)
    {
        using var client = await _listener.AcceptAsync(Cancellation);
        Assert.Equal(expected, await ControlSocket.ReadLineAsync(client, CancellationToken.None));
        await ControlSocket.WriteLineAsync(client, "ok Done.", CancellationToken.None);
    }

    private void AssertUnanswered(IOException fault) =>
        Assert.StartsWith($"The server on the data folder {_folder.Path} has not answered", fault.Message, StringComparison.Ordinal);
}
