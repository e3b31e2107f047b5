namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>A server with helpers for vaults. Each test creates its own vault.</summary>
public class GatewayFixture : ServerFixture
{
    private int _vaults;
    private object? _shared;

    /// <summary>What the tests of a class share. The first of them makes it.</summary>
    public async Task<T> ShareAsync<T>(Func<Task<T>> makeAsync)
        where T : class => (T)(_shared ??= await makeAsync());

    /// <summary>Creates an empty vault and returns its name.</summary>
    public async Task<string> NewVaultAsync()
    {
        var vault = $"vault-{Interlocked.Increment(ref _vaults)}";
        (await SendAsync(Requests.CreateVault(vault))).Expect(201);
        return vault;
    }

    /// <summary>Initiates an upload and returns its ID.</summary>
    public async Task<string> NewUploadAsync(string vault, long partSizeBytes = Requests.MiB)
    {
        var answer = (await SendAsync(Requests.Initiate(vault, partSizeBytes))).Expect(201);
        return answer.Header("x-amz-multipart-upload-id")!;
    }

    /// <summary>Initiates an upload to a vault of its own.</summary>
    public async Task<(string Vault, string Upload)> OpenUploadAsync(long partSizeBytes = Requests.MiB)
    {
        var vault = await NewVaultAsync();
        return (vault, await NewUploadAsync(vault, partSizeBytes));
    }

    /// <summary>Uploads an archive in one request to a vault of its own.</summary>
    public async Task<(string Vault, string Archive)> StoreArchiveAsync(byte[] bytes)
    {
        var vault = await NewVaultAsync();
        return (vault, await NewArchiveAsync(vault, bytes));
    }

    /// <summary>Uploads an archive in one request and returns its ID.</summary>
    public async Task<string> NewArchiveAsync(string vault, byte[] bytes)
    {
        var answer = (await SendAsync(Requests.UploadArchive(vault, bytes))).Expect(201);
        return answer.Header("x-amz-archive-id")!;
    }

    /// <summary>Uploads all parts of an archive without completing the upload. The last part may be shorter.</summary>
    public async Task UploadPartsAsync(string vault, string upload, byte[] archive, int partSizeBytes = Requests.MiB)
    {
        for (var first = 0; first < archive.Length; first += partSizeBytes)
        {
            var part = archive[first..Math.Min(first + partSizeBytes, archive.Length)];
            (await SendAsync(Requests.Part(vault, upload, first, part))).Expect(204);
        }
    }

    /// <summary>Initiates a job and returns its ID.</summary>
    public async Task<string> NewJobAsync(ApiRequest initiation) =>
        (await SendAsync(initiation)).Expect(202).Header("x-amz-job-id")!;

    /// <summary>Everything that clients can read of a vault and an upload, and the stored attempts of the upload.</summary>
    public async Task<string> ReadStateAsync(string vault, string upload)
    {
        var state = new StringBuilder();
        ApiRequest[] requests =
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
        foreach (var request in requests)
        {
            var answer = await SendAsync(request);
            state.Append(answer.Status).AppendLine(answer.Text);
        }

        if (UploadId.TryParse(upload, out var id))
        {
            var attempts = await Server.Setup.Parts.AllAttemptsAsync(id, CancellationToken.None);
            state.AppendJoin(',', attempts.Order());
        }

        return state.ToString();
    }
}
