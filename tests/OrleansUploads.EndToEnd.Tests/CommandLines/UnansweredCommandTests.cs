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

    private void AssertUnanswered(IOException fault) =>
        Assert.StartsWith($"The server on the data folder {_folder.Path} has not answered", fault.Message, StringComparison.Ordinal);
}
