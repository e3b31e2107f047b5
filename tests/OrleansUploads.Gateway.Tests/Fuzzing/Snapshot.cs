using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>The state of a server as all reading operations return it, for all accounts and vaults.</summary>
internal static class Snapshot
{
    private const string Paged = "?limit=50&marker=";

    /// <summary>Reads the state.</summary>
    /// <param name="server">The server to read.</param>
    /// <param name="world">The vaults, uploads and jobs that may exist.</param>
    /// <param name="withOutputs">Whether to read the output of jobs too, which is the most expensive part.</param>
    public static async Task<string> TakeAsync(FuzzServer server, World world, bool withOutputs = false)
    {
        var state = new StringBuilder();
        foreach (var signer in new[] { new Signer(), Signer.Stranger })
        {
            await AddAsync(GetRetrievalPolicy(), signer);
            await AddAsync(ListCapacity(), signer);
            await AddPagesAsync("/-/vaults?limit=10&marker=", signer);
        }

        foreach (var vault in world.Vaults)
        {
            if ((await AddAsync(DescribeVault(vault.Name), vault.Owner)).Status == 404)
            {
                continue;
            }

            await AddAsync(ListTags(vault.Name), vault.Owner);
            await AddAsync(GetAccessPolicy(vault.Name), vault.Owner);
            await AddAsync(GetLock(vault.Name), vault.Owner);
            await AddAsync(GetNotifications(vault.Name), vault.Owner);
            await AddPagesAsync($"/-/vaults/{vault.Name}/multipart-uploads{Paged}", vault.Owner);
            await AddPagesAsync($"/-/vaults/{vault.Name}/jobs{Paged}", vault.Owner);
            foreach (var upload in vault.Uploads)
            {
                await AddAsync(ListParts(vault.Name, upload.Id), vault.Owner);
            }

            foreach (var job in withOutputs ? vault.Jobs.Concat(vault.Inventories) : [])
            {
                await AddAsync(GetOutput(vault.Name, job).With("Range", "bytes=0-199"), vault.Owner);
            }
        }

        return state.ToString();

        async Task<ApiAnswer> AddAsync(ApiRequest request, Signer signer)
        {
            var answer = await server.Gateway.SendAsync(request, signer);
            state.Append(request).Append(' ').Append(answer.Status).Append(' ').AppendLine(answer.Text);
            return answer;
        }

        async Task AddPagesAsync(string target, Signer signer)
        {
            for (var marker = ""; ;)
            {
                var answer = await AddAsync(new ApiRequest("GET", target + Uri.EscapeDataString(marker)), signer);
                if (answer.Status != 200 || answer.Json.GetProperty("Marker").GetString() is not { } next)
                {
                    return;
                }

                marker = next;
            }
        }
    }
}
