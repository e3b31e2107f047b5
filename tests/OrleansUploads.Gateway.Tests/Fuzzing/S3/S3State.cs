using OrleansUploads.Gateway.Tests.S3;

namespace OrleansUploads.Gateway.Tests.Fuzzing.S3;

/// <summary>The state of a server as S3's reading operations show it, for all accounts and buckets.</summary>
internal static class S3State
{
    private static readonly string[] ShownHeaders =
    [
        "ETag", "Last-Modified", "Content-Length", "Content-Type", "x-amz-storage-class", "x-amz-meta-a", "x-amz-tagging-count",
        "x-amz-restore",
    ];

    /// <summary>Reads the state.</summary>
    /// <param name="server">The server to read.</param>
    /// <param name="world">The buckets and uploads that may exist.</param>
    /// <param name="withBytes">Whether to read the bytes of objects too.</param>
    public static async Task<string> ReadAsync(FuzzServer server, S3World world, bool withBytes)
    {
        var state = new StringBuilder();
        foreach (var signer in S3World.Accounts)
        {
            await AddAsync("GET", "/", signer);
        }

        foreach (var bucket in world.Buckets)
        {
            if ((await AddAsync("HEAD", $"/{bucket.Name}", bucket.Owner)).Status == 404)
            {
                continue;
            }

            var listed = await AddAsync("GET", $"/{bucket.Name}?list-type=2&fetch-owner=true", bucket.Owner);
            await AddAsync("GET", $"/{bucket.Name}?uploads", bucket.Owner);
            foreach (var upload in bucket.Uploads)
            {
                await AddAsync("GET", $"{bucket.Target(upload.Key)}?uploadId={upload.Id}", bucket.Owner);
            }

            foreach (var key in S3Server.Texts(listed, "Key"))
            {
                await AddAsync(withBytes ? "GET" : "HEAD", bucket.Target(Uri.EscapeDataString(key)), bucket.Owner);
            }
        }

        return state.ToString();

        async Task<ApiAnswer> AddAsync(string method, string target, Signer signer)
        {
            var answer = await server.Gateway.SendAsync(S3Server.Request(method, target, null), signer);
            state.Append(method).Append(' ').Append(target).Append(' ').Append(answer.Status);
            foreach (var header in ShownHeaders)
            {
                state.Append(' ').Append(answer.Header(header));
            }

            // An error has the ID of its request.
            state.Append(' ').AppendLine(answer.Status < 300 ? answer.Text : "");
            return answer;
        }
    }
}
