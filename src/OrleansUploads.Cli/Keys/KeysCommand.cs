using OrleansUploads.Core.Policies;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Cli.Keys;

/// <summary><c>keys add|list|show|export|remove</c>. A running server knows a new key at once, and applies other changes
/// within a second.</summary>
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
        var account = CommonOptions.Account();
        var role = new Option<string>("--role")
        {
            Description = "What the key is for: admin (everything), read, upload (adds, but neither deletes nor replaces nor reads), or node (upload, and reports parts "
                + "that it stores elsewhere).",
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
        var json = CommonOptions.Json();
        var command = new Command("add", "Create a key pair and print it.") { account, role, vaults, create, json };
        return command.RunOn((parsed, file) =>
        {
            var pair = KeyPair.Create(parsed.GetRequiredValue(account).ToString(), DateTimeOffset.UtcNow) with
            {
                Scope = new KeyScope(
                    Enum.GetValues<KeyRole>().Single(known => KeyScope.Format(known) == parsed.GetValue(role)),
                    parsed.GetValue(vaults) is { Length: > 0 } named ? named : null),
            };
            FileFault.OpenFolder(Path.GetDirectoryName(file.Path)!, "--data", () => file.Change(pairs => [.. pairs, pair]));
            new Printer(parsed.GetValue(json)).Result(
                DocumentOf(pair),
                $"# Added to {file.Path}: {pair.Scope}\nAWS_ACCESS_KEY_ID={pair.AccessKeyId}\nAWS_SECRET_ACCESS_KEY={pair.SecretAccessKey}");
        }, create);
    }

    private static Command CreateList()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON: one line for each key." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print only the IDs." };
        var command = new Command("list", "List the access keys with their scopes, without their secrets.") { json, quiet };
        return command.RunOn((parsed, file) =>
        {
            var printer = new Printer(parsed.GetValue(json), parsed.GetValue(quiet));
            var table = new Table("SCOPE", "ACCOUNT", "CREATED", "ACCESS KEY ID");
            foreach (var pair in ReadAny(file))
            {
                printer.Row(
                    table,
                    new { pair.AccessKeyId, pair.Account, pair.CreatedAt, role = KeyScope.Format(pair.Scope.Role), vaults = pair.Scope.Containers },
                    pair.AccessKeyId,
                    pair.Scope.ToString(),
                    pair.Account,
                    TimeText.Format(pair.CreatedAt),
                    pair.AccessKeyId);
            }

            table.Finish();
        });
    }

    private static Command CreateShow()
    {
        var key = AccessKeyId();
        var json = CommonOptions.Json();
        var command = new Command("show", "Print the secret of an access key.") { key, json };
        return command.RunOn((parsed, file) =>
        {
            var pair = Find(parsed.GetRequiredValue(key), file.Read()) ?? throw Unknown(parsed.GetRequiredValue(key), file);
            new Printer(parsed.GetValue(json)).Result(DocumentOf(pair), pair.SecretAccessKey);
        });
    }

    private static Command CreateExport()
    {
        var key = AccessKeyId();
        key.Arity = ArgumentArity.ZeroOrOne;
        key.Description += " [default: the oldest admin key, or the only key]";
        var json = CommonOptions.Json();
        var command = new Command(
            "export", "Print the commands with which a shell takes a key pair into its environment, as AWS_ACCESS_KEY_ID and "
                + "AWS_SECRET_ACCESS_KEY.")
        {
            key, json,
        };
        return command.RunOn((parsed, file) =>
        {
            var pairs = ReadAny(file);
            var pair = parsed.GetValue(key) is { } id
                ? Find(id, pairs) ?? throw Unknown(id, file)
                : FindDefault(pairs) ?? throw new InvalidDataException(
                    $"{file.Path} has {pairs.Count} keys, and none of them is an admin key. Name one of 'keys list': keys export ACCESS-KEY-ID.");
            new Printer(parsed.GetValue(json)).Result(
                DocumentOf(pair),
                $"export AWS_ACCESS_KEY_ID={ProgramName.Quote(pair.AccessKeyId)}\n"
                + $"export AWS_SECRET_ACCESS_KEY={ProgramName.Quote(pair.SecretAccessKey)}");
        });
    }

    /// <summary>The only one, or else the oldest admin key. One for all vaults goes before one for some.</summary>
    private static KeyPair? FindDefault(IReadOnlyList<KeyPair> pairs) =>
        pairs is [var only]
            ? only
            : pairs.Where(static pair => pair.Scope.Role == KeyRole.Admin)
                .OrderBy(static pair => !pair.Scope.IsUnlimited)
                .ThenBy(static pair => pair.CreatedAt)
                .FirstOrDefault();

    private static Command CreateRemove()
    {
        var key = AccessKeyId();
        var yes = new Option<bool>("--yes", "-y") { Description = "Remove the last key, or the last admin key, without asking." };
        var json = CommonOptions.Json();
        var command = new Command("remove", "Remove an access key.") { key, yes, json };
        return command.RunOn((parsed, file) =>
        {
            var id = parsed.GetRequiredValue(key);
            if (!parsed.GetValue(yes) && FindLoss(id, file.Read()) is { } loss && !IsConfirmed(file, loss))
            {
                throw new InvalidDataException($"{id} is {loss.What} in {file.Path}, and was not removed. {loss.Consequence} Use --yes to remove it.");
            }

            file.Change(pairs => Find(id, pairs) is null ? throw Unknown(id, file) : [.. pairs.Where(pair => pair.AccessKeyId != id)]);
            new Printer(parsed.GetValue(json)).Result(new { removed = id }, $"Removed {id} from {file.Path}.");
        });
    }

    /// <summary>A key pair with its secret.</summary>
    private static object DocumentOf(KeyPair pair) => new
    {
        pair.AccessKeyId,
        pair.SecretAccessKey,
        pair.Account,
        pair.CreatedAt,
        role = KeyScope.Format(pair.Scope.Role),
        vaults = pair.Scope.Containers,
    };

    private static KeyPair? Find(string id, IReadOnlyList<KeyPair> pairs) => pairs.FirstOrDefault(pair => pair.AccessKeyId == id);

    private static InvalidDataException Unknown(string id, KeyFile file) =>
        new($"There is no access key {id} in {file.Path}. Run 'keys list' to see the access keys.");

    private static IReadOnlyList<KeyPair> ReadAny(KeyFile file) => file.Read() is { Count: > 0 } pairs
        ? pairs
        : throw new InvalidDataException($"There are no keys in {file.Path}. Create one with 'keys add'.");

    /// <summary>What is lost with a key that nothing replaces, or null.</summary>
    private static (string What, string Consequence)? FindLoss(string id, IReadOnlyList<KeyPair> pairs)
    {
        var left = pairs.Where(pair => pair.AccessKeyId != id).ToList();
        return left.Count == pairs.Count ? null
            : left.Count == 0 ? ("the last key", "Without it, no request is accepted.")
            : pairs.Any(static pair => pair.Scope.IsUnlimited) && !left.Exists(static pair => pair.Scope.IsUnlimited)
                ? ("the last admin key", "Without it, no key may delete, abort or create everywhere.")
            : null;
    }

    /// <summary>Asks a person. Without a terminal, the answer is no.</summary>
    private static bool IsConfirmed(KeyFile file, (string What, string Consequence) loss)
    {
        if (Console.IsInputRedirected || Console.IsErrorRedirected)
        {
            return false;
        }

        Console.Error.Write($"This is {loss.What} in {file.Path}. {loss.Consequence} Remove it? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    /// <summary>Sets what a command does with the key file of a folder that a server uses. In a wrong folder, it would get keys that no
    /// server knows. With the option <paramref name="create"/>, the folder may have neither a journal nor a key file.</summary>
    /// <exception cref="IOException">The folder has neither, or this user may not read it.</exception>
    private static Command RunOn(this Command command, Action<ParseResult, KeyFile> run, Option<bool>? create = null)
    {
        var data = CommonOptions.Data("The data folder, or another folder with a key file.");
        command.Options.Insert(0, data);
        command.SetAction(parsed =>
        {
            var folder = parsed.GetRequiredValue(data).FullName;
            var file = KeyFile.InFolder(folder);
            if (!File.Exists(file.Path) && !DataFolder.Exists(folder) && !(create is not null && parsed.GetValue(create)))
            {
                FileFault.RequireReadable(folder);
                throw new IOException(
                    $"{folder} is not a data folder: it has neither a journal nor a key file. Name the folder of the server with --data, "
                    + "or begin a key file with 'keys add --create'.");
            }

            run(parsed, file);
        });
        return command;
    }

    private static Argument<string> AccessKeyId() => new("access-key-id")
    {
        Description = "The access key ID, as printed by 'keys list'.",
    };
}
