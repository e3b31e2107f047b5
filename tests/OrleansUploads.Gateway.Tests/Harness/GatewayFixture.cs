using System.Text;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>One server for all tests of a class; each test makes a vault of its own.</summary>
public class GatewayFixture : IAsyncLifetime
{
    private int _vaults;

    public GatewayServer Server { get; private set; } = null!;

    /// <summary>What the server is made of; a cluster's tests override it.</summary>
    protected virtual GatewaySetup Setup => new();

    public async ValueTask InitializeAsync() => Server = await GatewayServer.StartAsync(Setup);

    public virtual ValueTask DisposeAsync() => Server.DisposeAsync();

    public Task<ApiAnswer> SendAsync(ApiRequest request, Signer? signer = null) => Server.SendAsync(request, signer);

    /// <summary>A vault that is there and empty.</summary>
    public async Task<string> NewVaultAsync()
    {
        var vault = $"vault-{Interlocked.Increment(ref _vaults)}";
        (await SendAsync(Requests.CreateVault(vault))).Expect(201);
        return vault;
    }

    /// <summary>An upload in progress.</summary>
    public async Task<string> NewUploadAsync(string vault, long partSizeBytes = Requests.MiB)
    {
        var answer = (await SendAsync(Requests.Initiate(vault, partSizeBytes))).Expect(201);
        return answer.Header("x-amz-multipart-upload-id")!;
    }

    /// <summary>An archive that came in one request.</summary>
    public async Task<string> NewArchiveAsync(string vault, byte[] bytes)
    {
        var answer = (await SendAsync(Requests.UploadArchive(vault, bytes))).Expect(201);
        return answer.Header("x-amz-archive-id")!;
    }

    /// <summary>Uploads an archive in full parts, the last one shorter if need be; not complete yet.</summary>
    public async Task UploadPartsAsync(string vault, string upload, byte[] archive, int partSizeBytes = Requests.MiB)
    {
        for (var first = 0; first < archive.Length; first += partSizeBytes)
        {
            var part = archive[first..Math.Min(first + partSizeBytes, archive.Length)];
            (await SendAsync(Requests.Part(vault, upload, first, part))).Expect(204);
        }
    }

    /// <summary>A retrieval job.</summary>
    public async Task<string> NewJobAsync(ApiRequest initiation) =>
        (await SendAsync(initiation)).Expect(202).Header("x-amz-job-id")!;

    /// <summary>All that can be seen of a vault and an upload from outside, and how many attempts are stored.</summary>
    public async Task<string> LookAsync(string vault, string upload)
    {
        var seen = new StringBuilder();
        ApiRequest[] questions =
        [
            Requests.DescribeVault(vault),
            Requests.ListUploads(vault),
            Requests.ListParts(vault, upload),
            Requests.ListJobs(vault),
            Requests.ListTags(vault),
            Requests.GetAccessPolicy(vault),
            Requests.GetLock(vault),
            Requests.GetNotifications(vault),
            Requests.GetRetrievalPolicy(),
            Requests.ListCapacity(),
        ];
        foreach (var question in questions)
        {
            var answer = await SendAsync(question);
            seen.Append(answer.Status).AppendLine(answer.Text);
        }

        if (UploadId.TryParse(upload, out var id))
        {
            var attempts = await Server.Setup.Parts.ListAttemptsAsync(id, CancellationToken.None);
            seen.AppendJoin(',', attempts.Order());
        }

        return seen.ToString();
    }
}
