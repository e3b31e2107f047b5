using OrleansUploads.TestKit.Documents;

namespace OrleansUploads.EndToEnd.Tests.Serving;

/// <summary>Events of a server, with the receiver of docs/events.md.</summary>
public sealed class EventTests : TestWithFolder
{
    private const string Python = "/usr/bin/python3";

    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    [Fact]
    [Slice(4)]
    public async Task The_receiver_of_the_handbook_gets_each_event_once_although_it_was_down_and_the_server_was_killed()
    {
        if (!File.Exists(Python))
        {
            throw Requirement.IsMissing("Python is not installed");
        }

        var script = Documentation.Read("events.md").Split("```python\n")[1].Split("```")[0];
        Assert.InRange(script.Split('\n').Length, 20, 31);
        var (program, secret) = (Folder.File("receiver.py"), Folder.File("secret"));
        await File.WriteAllTextAsync(program, script, Cancellation);
        await File.WriteAllTextAsync(
            secret, $"whsec_{Convert.ToBase64String(Archives.Bytes(32, seed: 1))}\n", Cancellation);
        var port = $"{FreePort.Take(1)[0]}";
        await using var first = await ServerProcess.StartAsync(
            Folder.Data, "--event-url", $"http://127.0.0.1:{port}/", "--event-secret-file", secret);
        var client = await first.ConnectAsync("photos");
        var archive = await client.UploadInPartsAsync("photos", Archives.Bytes(5, seed: 2));
        await Eventually.BecomesTrueAsync(
            () => first.Log.Contains("Delivering TellEnd", StringComparison.Ordinal), "the receiver is down");

        await using var receiver = CapturedProcess.Start(Python, [program, port, secret], []);
        await using var second = await first.CrashAsync();

        AssertTells("upload.completed", archive.ArchiveId, await receiver.WaitForLineAsync("{", TimeLimit));
        var again = second.Connect();
        var upload = await again.InitiateMultipartUploadAsync("photos", 1 << 20);
        await again.AbortMultipartUploadAsync("photos", upload);
        AssertTells("upload.aborted", upload, await receiver.WaitForLineAsync("{", TimeLimit));
    }

    [Fact]
    public async Task A_server_refuses_an_address_without_a_secret_and_says_how_to_make_one()
    {
        var alone = await ServerProcess.RefuseAsync(new ServerSetup(Folder.Data) { Options = ["--event-url", "https://example.org/x"] });
        Assert.Contains("--event-url and --event-secret-file must be set together", alone.Error, StringComparison.Ordinal);

        var secret = Folder.File("secret");
        await File.WriteAllTextAsync(secret, "password", Cancellation);
        var wrong = await ServerProcess.RefuseAsync(new ServerSetup(Folder.Data)
        {
            Options = ["--event-url", "https://example.org/x", "--event-secret-file", secret],
        });
        Assert.Contains("openssl rand -base64 32", wrong.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("password", wrong.Error, StringComparison.Ordinal);
    }

    private static void AssertTells(string type, string id, string? line)
    {
        Assert.NotNull(line);
        using var told = JsonDocument.Parse(line);
        Assert.Equal(type, told.RootElement.GetProperty("type").GetString());
        Assert.Contains(id, line, StringComparison.Ordinal);
    }
}
