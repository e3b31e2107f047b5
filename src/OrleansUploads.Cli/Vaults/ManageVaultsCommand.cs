namespace OrleansUploads.Cli.Vaults;

/// <summary>The <c>vault</c> commands: create, list, show and delete vaults.</summary>
internal static class ManageVaultsCommand
{
    public static Command Create() => new Command("vault", "Create, list, show and delete vaults.")
    {
        CreateCreate(),
        CreateList(),
        CreateShow(),
        CreateDelete(),
    }.WithConnection();

    public static Argument<string> Name() => new("vault") { Description = "The name of the vault." };

    private static Command CreateCreate()
    {
        var name = Name();
        var command = new Command("create", "Create a vault. Creating one that exists changes nothing.") { name };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            var vault = parsed.GetRequiredValue(name);
            await session.Client.CreateVaultAsync(vault, cancellationToken);
            session.Printer.Result(new { vault }, $"The vault {vault} is ready.");
        });
    }

    private static Command CreateList()
    {
        var command = new Command("list", "List the account's vaults.");
        return command.Run(async (_, session, cancellationToken) =>
        {
            var table = new Table("VAULT", "ARCHIVES", "SIZE", "CREATED");
            await session.Printer.ListAsync(
                session.Client.ListVaultsAsync(cancellationToken),
                vault => session.Printer.Row(
                    table,
                    Document(vault),
                    vault.Name,
                    vault.Name,
                    vault.ArchiveCount?.ToString("N0", CultureInfo.InvariantCulture) ?? "-",
                    vault.SizeBytes is { } bytes ? ByteCount.Format(bytes) : "-",
                    TimeText.Format(vault.CreatedAt)),
                $"The account has no vaults. Create one with '{ProgramName.Text} vault create NAME'.");
            table.Finish();
        });
    }

    private static Command CreateShow()
    {
        var name = Name();
        var command = new Command("show", "Show the properties of a vault.") { name };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            var vault = await session.Client.DescribeVaultAsync(parsed.GetRequiredValue(name), cancellationToken);
            session.Printer.Result(
                Document(vault),
                $"vault    {vault.Name}\nARN      {vault.Arn}\ncreated  {TimeText.Format(vault.CreatedAt)}\ncontent  {Content(vault)}",
                vault.Name);
        });
    }

    private static Command CreateDelete()
    {
        var name = Name();
        var command = new Command("delete", "Delete an empty vault.") { name };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            var vault = parsed.GetRequiredValue(name);
            await session.Client.DeleteVaultAsync(vault, cancellationToken);
            session.Printer.Result(new { deleted = vault }, $"Deleted the vault {vault}.");
        });
    }

    private static object Document(Vault vault) =>
        new { vault = vault.Name, vault.Arn, vault.CreatedAt, vault.ArchiveCount, vault.SizeBytes, vault.LastInventoryAt };

    private static string Content(Vault vault) => vault.ArchiveCount switch
    {
        null => "no inventory yet",
        0 => "empty",
        { } count => $"{Quantity.Format(count, "archive")}, {ByteCount.Format(vault.SizeBytes ?? 0)}",
    };
}
