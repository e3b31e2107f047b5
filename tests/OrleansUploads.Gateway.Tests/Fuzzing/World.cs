namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>The vaults of two accounts and what the fuzzer knows about them.</summary>
internal sealed class World
{
    /// <summary>A vault that is empty although its inventory may not show that yet.</summary>
    public const string Emptied = "spare-1";

    /// <summary>The names of vaults that requests create and delete.</summary>
    private static readonly string[] SpareNames = [Emptied, "spare-2", "spare-3", "spare.4", "Spare_5", "gone"];

    private World(IReadOnlyList<KnownVault> vaults) => Vaults = vaults;

    public IReadOnlyList<KnownVault> Vaults { get; }

    /// <summary>An upload in the vault "parts" whose bytes are in external storage.</summary>
    public KnownUpload? Located { get; set; }

    public static World New()
    {
        string[] owners = ["plain", "parts", "tagged", "shared", "locking", "locked", "full"];
        string[] strangers = ["plain", "theirs"];
        return new World(
        [
            .. owners.Concat(SpareNames).Select(name => new KnownVault(new Signer(), GatewaySetup.Account.ToString(), name)),
            .. strangers.Concat(SpareNames.Take(2)).Select(
                name => new KnownVault(Signer.Stranger, GatewaySetup.StrangersAccount.ToString(), name)),
        ]);
    }

    public KnownVault Vault(string name, bool strangers = false) =>
        Vaults.First(vault => vault.Name == name && vault.Owner == (strangers ? Signer.Stranger : new Signer()));

    /// <summary>A random vault that probably exists.</summary>
    public KnownVault AnyVault(Dice dice)
    {
        var vault = dice.PickFrom(Vaults);
        return SpareNames.Contains(vault.Name) && !dice.OneIn(3) ? dice.PickFrom(Vaults) : vault;
    }

    /// <summary>A random vault that requests may create and delete.</summary>
    public KnownVault SpareVault(Dice dice) => dice.PickFrom([.. Vaults.Where(vault => SpareNames.Contains(vault.Name))]);

    /// <summary>The state of a server as all reading operations return it, for all accounts and vaults, with or without the output
    /// of jobs. The output is the most expensive part.</summary>
    public async Task<string> ReadAsync(FuzzServer server, bool withOutputs)
    {
        var state = new StateReader(server);
        foreach (var signer in new[] { new Signer(), Signer.Stranger })
        {
            await state.AddAsync(Requests.GetRetrievalPolicy(), signer);
            await state.AddAsync(Requests.ListCapacity(), signer);
            await AddPagesAsync("?limit=10&marker=", signer);
        }

        foreach (var vault in Vaults)
        {
            if ((await state.AddAsync(Requests.DescribeVault(vault.Name), vault.Owner)).Status == 404)
            {
                continue;
            }

            await state.AddAsync(Requests.ListTags(vault.Name), vault.Owner);
            await state.AddAsync(Requests.GetAccessPolicy(vault.Name), vault.Owner);
            await state.AddAsync(Requests.GetLock(vault.Name), vault.Owner);
            await state.AddAsync(Requests.GetNotifications(vault.Name), vault.Owner);
            await AddPagesAsync($"/{vault.Name}/multipart-uploads?limit=50&marker=", vault.Owner);
            await AddPagesAsync($"/{vault.Name}/jobs?limit=50&marker=", vault.Owner);
            foreach (var upload in vault.Uploads)
            {
                await state.AddAsync(Requests.ListParts(vault.Name, upload.Id), vault.Owner);
            }

            foreach (var job in withOutputs ? vault.Jobs.Concat(vault.Inventories) : [])
            {
                await state.AddAsync(Requests.GetOutput(vault.Name, job).With("Range", "bytes=0-199"), vault.Owner);
            }
        }

        return state.ToString();

        async Task AddPagesAsync(string list, Signer signer)
        {
            for (var marker = ""; ;)
            {
                var answer = await state.AddAsync(new ApiRequest("GET", $"/-/vaults{list}{Uri.EscapeDataString(marker)}"), signer);
                if (answer.Status != 200 || answer.Json.GetProperty("Marker").GetString() is not { } next)
                {
                    return;
                }

                marker = next;
            }
        }
    }
}
