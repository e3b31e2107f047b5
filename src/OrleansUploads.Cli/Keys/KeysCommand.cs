using System.CommandLine;
using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Cli.Keys;

/// <summary>The <c>keys add|list|show|remove</c> commands: manage the access keys. A running server applies changes within a
/// second.</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "Manage the access keys. A running server applies changes within a second.")
    {
        CreateAdd(),
        CreateList(),
        CreateShow(),
        CreateRemove(),
    };

    private static Command CreateAdd()
    {
        var data = CommonOptions.Data();
        var account = CommonOptions.Account();
        var command = new Command("add", "Create a key pair and print it.") { data, account };
        command.SetAction(parsed => CommandRunner.Run(() =>
        {
            var pair = KeyPair.Create(parsed.GetRequiredValue(account).ToString(), DateTimeOffset.UtcNow);
            KeyFile.InFolder(parsed.GetRequiredValue(data).FullName).Change(pairs => [.. pairs, pair]);
            Console.WriteLine($"AWS_ACCESS_KEY_ID={pair.AccessKeyId}");
            Console.WriteLine($"AWS_SECRET_ACCESS_KEY={pair.SecretAccessKey}");
            return 0;
        }));
        return command;
    }

    private static Command CreateList()
    {
        var data = CommonOptions.Data();
        var command = new Command("list", "List the access keys, without their secrets.") { data };
        command.SetAction(parsed => CommandRunner.Run(() =>
        {
            foreach (var pair in KeyFile.InFolder(parsed.GetRequiredValue(data).FullName).Read())
            {
                Console.WriteLine($"{pair.AccessKeyId}  account {pair.Account}  created {TimeText.Format(pair.CreatedAt)}");
            }

            return 0;
        }));
        return command;
    }

    private static Command CreateShow()
    {
        var data = CommonOptions.Data();
        var key = AccessKeyId();
        var command = new Command("show", "Print the secret of an access key.") { data, key };
        command.SetAction(parsed => CommandRunner.Run(() =>
        {
            var id = parsed.GetRequiredValue(key);
            var pair = KeyFile.InFolder(parsed.GetRequiredValue(data).FullName).Read()
                .FirstOrDefault(pair => pair.AccessKeyId == id);
            if (pair is null)
            {
                return CommandRunner.Fail($"There is no access key {id}. Run 'keys list' to see the access keys.");
            }

            Console.WriteLine(pair.SecretAccessKey);
            return 0;
        }));
        return command;
    }

    private static Command CreateRemove()
    {
        var data = CommonOptions.Data();
        var key = AccessKeyId();
        var command = new Command("remove", "Remove an access key.") { data, key };
        command.SetAction(parsed => CommandRunner.Run(() =>
        {
            var id = parsed.GetRequiredValue(key);
            var removed = false;
            KeyFile.InFolder(parsed.GetRequiredValue(data).FullName).Change(pairs =>
            {
                var rest = pairs.Where(pair => pair.AccessKeyId != id).ToList();
                removed = rest.Count < pairs.Count;
                return removed ? rest : null;
            });
            return removed ? 0 : CommandRunner.Fail($"There is no access key {id}. Run 'keys list' to see the access keys.");
        }));
        return command;
    }

    private static Argument<string> AccessKeyId() => new("access-key-id")
    {
        Description = "The access key ID, as printed by 'keys list'.",
    };
}
