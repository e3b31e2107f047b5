using OrleansUploads.Gateway.Tests.Harness;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>What the fuzzer knows of a server: the vaults of two accounts, and what it has learned of them.</summary>
internal sealed class World
{
    /// <summary>A vault that is empty, and whose inventory may not say so yet.</summary>
    public const string Emptied = "spare-1";

    /// <summary>Names of vaults that come and go.</summary>
    private static readonly string[] SpareNames = [Emptied, "spare-2", "spare-3", "spare.4", "Spare_5", "gone"];

    private World(IReadOnlyList<KnownVault> vaults) => Vaults = vaults;

    /// <summary>All vaults that there might be.</summary>
    public IReadOnlyList<KnownVault> Vaults { get; }

    /// <summary>An upload in the vault "parts" whose bytes are kept elsewhere.</summary>
    public KnownUpload? Located { get; set; }

    /// <summary>The vaults of a server that nobody has used yet.</summary>
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

    /// <summary>A vault, of which there mostly is one.</summary>
    public KnownVault AnyVault(Dice dice)
    {
        var vault = dice.PickFrom(Vaults);
        return SpareNames.Contains(vault.Name) && !dice.OneIn(3) ? dice.PickFrom(Vaults) : vault;
    }

    /// <summary>A vault whose name is in no request's way.</summary>
    public KnownVault SpareVault(Dice dice) => dice.PickFrom([.. Vaults.Where(vault => SpareNames.Contains(vault.Name))]);
}
