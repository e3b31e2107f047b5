using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Values;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Cli.Keys;

/// <summary>The <c>keys add|list|show|export|remove</c> commands: manage the access keys. A running server knows a new key at once, and applies
/// other changes within a second.</summary>
internal static class KeysCommand
{
    public static Command Create() => new(
        "keys", "Manage the access keys. A running server knows a new key at once, and applies other changes within a second.")
    {
        CreateAdd(),
        CreateList(),
        CreateShow(),
        CreateExport(),
        CreateRemove(),
    };

    private static Command CreateAdd()
    {
        var data = Data();
        var account = CommonOptions.Account();
        var role = new Option<string>("--role")
        {
            Description = "What the key is for: admin (everything), read, or upload (adds, but neither deletes nor replaces nor reads).",
            HelpName = "role",
            DefaultValueFactory = _ => KeyScope.Format(KeyRole.Admin),
        }.OnlyOneOf([.. Enum.GetValues<KeyRole>().Select(KeyScope.Format)]);
        var vaults = new Option<string[]>("--vault", "-v")
        {
            Description = "The vaults and buckets that the key is for; may be repeated. [default: all of the account]",
            HelpName = "name",
        }.Refuse(static name => CommonOptions.DescribeInvalidName(name, "vault or bucket"));
        var create = new Option<bool>("--create")
        {
            Description = "Begin a key file in a folder that is no data folder, for example for the silos of a cluster.",
        };
        var command = new Command("add", "Create a key pair and print it.") { data, account, role, vaults, create };
        command.SetAction(parsed => CommandRunner.Run(() =>
        {
            var folder = parsed.GetRequiredValue(data).FullName;
            var file = parsed.GetValue(create) ? KeyFile.InFolder(folder) : KeyFolder.Open(folder);
            var pair = KeyPair.Create(parsed.GetRequiredValue(account).ToString(), DateTimeOffset.UtcNow) with
            {
                Scope = new KeyScope(
                    Enum.GetValues<KeyRole>().Single(known => KeyScope.Format(known) == parsed.GetValue(role)),
                    parsed.GetValue(vaults) is { Length: > 0 } named ? named : null),
            };
            NewFolder.Open(folder, "--data", () =>
            {
                file.Change(pairs => [.. pairs, pair]);
                return file;
            });
            Console.WriteLine($"# Added to {file.Path}: {pair.Scope}");
            Console.WriteLine($"AWS_ACCESS_KEY_ID={pair.AccessKeyId}");
            Console.WriteLine($"AWS_SECRET_ACCESS_KEY={pair.SecretAccessKey}");
            return 0;
        }));
        return command;
    }

    private static Command CreateList()
    {
        var data = Data();
        var command = new Command("list", "List the access keys with their scopes, without their secrets.") { data };
        command.SetAction(parsed => CommandRunner.Run(() =>
        {
            var file = KeyFolder.Open(parsed.GetRequiredValue(data).FullName);
            var pairs = file.Read();
            if (pairs.Count == 0)
            {
                return NoKeys(file);
            }

            // Scripts take the first word of each line, so the folder is named only to a person.
            if (!Console.IsOutputRedirected)
            {
                Console.WriteLine($"Keys in {file.Path}:");
            }

            foreach (var pair in pairs)
            {
                Console.WriteLine(
                    $"{pair.AccessKeyId}  account {pair.Account}  created {TimeText.Format(pair.CreatedAt)}  {pair.Scope}");
            }

            return 0;
        }));
        return command;
    }

    private static Command CreateShow()
    {
        var data = Data();
        var key = AccessKeyId();
        var command = new Command("show", "Print the secret of an access key.") { data, key };
        command.SetAction(parsed => CommandRunner.Run(() =>
        {
            var id = parsed.GetRequiredValue(key);
            var file = KeyFolder.Open(parsed.GetRequiredValue(data).FullName);
            var pair = file.Read().FirstOrDefault(pair => pair.AccessKeyId == id);
            if (pair is null)
            {
                return Unknown(id, file);
            }

            Console.WriteLine(pair.SecretAccessKey);
            return 0;
        }));
        return command;
    }

    private static Command CreateExport()
    {
        var data = Data();
        var key = AccessKeyId();
        key.Arity = ArgumentArity.ZeroOrOne;
        key.Description += " [default: the oldest admin key, or the only key]";
        var command = new Command(
            "export", "Print the commands with which a shell takes a key pair into its environment, as AWS_ACCESS_KEY_ID and "
                + "AWS_SECRET_ACCESS_KEY.")
        {
            data, key,
        };
        command.SetAction(parsed => CommandRunner.Run(() =>
        {
            var file = KeyFolder.Open(parsed.GetRequiredValue(data).FullName);
            var pairs = file.Read();
            if (pairs.Count == 0)
            {
                return NoKeys(file);
            }

            var id = parsed.GetValue(key);
            var pair = id is null ? FindDefault(pairs) : pairs.FirstOrDefault(pair => pair.AccessKeyId == id);
            if (pair is null)
            {
                return id is not null ? Unknown(id, file) : CommandRunner.Fail(
                    $"{file.Path} has {pairs.Count} keys, and none of them is an admin key. Name one of 'keys list': keys export ACCESS-KEY-ID.");
            }

            Console.WriteLine($"export AWS_ACCESS_KEY_ID={ProgramName.Quote(pair.AccessKeyId)}");
            Console.WriteLine($"export AWS_SECRET_ACCESS_KEY={ProgramName.Quote(pair.SecretAccessKey)}");
            return 0;
        }));
        return command;
    }

    /// <summary>The key that most people mean: the only one, or else the oldest admin key. One for all vaults goes before one for
    /// some.</summary>
    private static KeyPair? FindDefault(IReadOnlyList<KeyPair> pairs) =>
        pairs is [var only]
            ? only
            : pairs.Where(static pair => pair.Scope.Role == KeyRole.Admin)
                .OrderBy(static pair => !pair.Scope.IsUnlimited)
                .ThenBy(static pair => pair.CreatedAt)
                .FirstOrDefault();

    private static Command CreateRemove()
    {
        var data = Data();
        var key = AccessKeyId();
        var yes = new Option<bool>("--yes", "-y") { Description = "Remove the last key without asking." };
        var command = new Command("remove", "Remove an access key.") { data, key, yes };
        command.SetAction(parsed => CommandRunner.Run(() =>
        {
            var id = parsed.GetRequiredValue(key);
            var file = KeyFolder.Open(parsed.GetRequiredValue(data).FullName);
            if (!parsed.GetValue(yes) && file.Read() is [var only] && only.AccessKeyId == id && !IsConfirmed(file))
            {
                return CommandRunner.Fail($"{id} is the last key in {file.Path}, and was not removed. Use --yes to remove it.");
            }

            var removed = false;
            file.Change(pairs =>
            {
                var rest = pairs.Where(pair => pair.AccessKeyId != id).ToList();
                removed = rest.Count < pairs.Count;
                return removed ? rest : null;
            });
            if (!removed)
            {
                return Unknown(id, file);
            }

            Console.WriteLine($"Removed {id} from {file.Path}.");
            return 0;
        }));
        return command;
    }

    private static int NoKeys(KeyFile file) =>
        CommandRunner.Fail($"There are no keys in {file.Path}. Create one with 'keys add'.");

    private static int Unknown(string id, KeyFile file) =>
        CommandRunner.Fail($"There is no access key {id} in {file.Path}. Run 'keys list' to see the access keys.");

    /// <summary>Asks a person. Without a terminal, the answer is no.</summary>
    private static bool IsConfirmed(KeyFile file)
    {
        if (Console.IsInputRedirected || Console.IsErrorRedirected)
        {
            return false;
        }

        Console.Error.Write($"This is the last key in {file.Path}. Without it, no request is accepted. Remove it? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private static Option<DirectoryInfo> Data()
    {
        var data = CommonOptions.Data();
        data.Description = "The data folder, or another folder with a key file.";
        return data;
    }

    private static Argument<string> AccessKeyId() => new("access-key-id")
    {
        Description = "The access key ID, as printed by 'keys list'.",
    };
}
