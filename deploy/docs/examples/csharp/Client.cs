// The smallest client of Beibu in C#, with the base class library alone.
//
//   dotnet run Client.cs submit FILE     submit a document, print its exchange id (.NET 10)
//   dotnet run Client.cs receive FOLDER  fetch what waits, keep it, acknowledge it
//
// BEIBU_SERVER is the address of the daemon, BEIBU_KEY_FILE the file with the API key.
using System;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

static class Client
{
    static readonly HttpClient http = new HttpClient { Timeout = TimeSpan.FromSeconds(90) };

    static void Main(string[] args)
    {
        Task done = args[0] == "submit" ? Submit(File.ReadAllBytes(args[1])) : Receive(args[1]);
        done.GetAwaiter().GetResult();
    }

    // Sending the same bytes again is always safe: it returns the first receipt.
    static async Task Submit(byte[] document)
    {
        byte[] answer = await Call("POST", "/v1/documents", "application/xml", document);
        Console.WriteLine(Field(Encoding.UTF8.GetString(answer), "exchangeId"));
    }

    // A document comes again until it is acknowledged, so keep it first. The same
    // exchange id always means the same bytes.
    static async Task Receive(string folder)
    {
        Directory.CreateDirectory(folder);
        string mailbox = Encoding.UTF8.GetString(await Call("GET", "/v1/mailbox?wait=30s", null, null));
        foreach (string delivery in Regex.Split(mailbox, "(?=\"exchangeId\")"))
        {
            if (!delivery.StartsWith("\"exchangeId\"")) continue;
            string id = Field(delivery, "exchangeId");
            byte[] document = await Call("GET", Field(delivery, "document"), null, null);
            using (SHA256 sha = SHA256.Create())
            {
                string digest = BitConverter.ToString(sha.ComputeHash(document)).Replace("-", "").ToLowerInvariant();
                if (digest != Field(delivery, "digestSHA256")) throw new IOException("bytes of " + id + " are damaged");
            }
            string name = Path.Combine(folder, id);
            File.WriteAllBytes(name + ".part", document);
            if (File.Exists(name + ".xml")) File.Delete(name + ".part");
            else File.Move(name + ".part", name + ".xml");
            string acks = "{\"acks\":[{\"exchangeId\":\"" + id + "\",\"outcome\":\"accepted\"}]}";
            await Call("POST", "/v1/mailbox/acks", "application/json", Encoding.UTF8.GetBytes(acks));
            Console.WriteLine(id);
        }
    }

    // Call sends a request, and sends it again while the answer is that this may help.
    static async Task<byte[]> Call(string method, string path, string type, byte[] body)
    {
        string key = File.ReadAllText(Environment.GetEnvironmentVariable("BEIBU_KEY_FILE")).Trim();
        for (int attempt = 1; ; attempt++)
        {
            HttpRequestMessage request = new HttpRequestMessage(new HttpMethod(method), Environment.GetEnvironmentVariable("BEIBU_SERVER") + path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            if (body != null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
            }
            HttpResponseMessage answer = await http.SendAsync(request);
            byte[] content = await answer.Content.ReadAsByteArrayAsync();
            if (answer.IsSuccessStatusCode) return content;
            string problem = Encoding.UTF8.GetString(content);
            if (!problem.Contains("\"retryable\":true") || attempt == 10) throw new IOException(problem);
            RetryConditionHeaderValue after = answer.Headers.RetryAfter;
            await Task.Delay(after != null && after.Delta.HasValue ? after.Delta.Value : TimeSpan.FromSeconds(2));
        }
    }

    static string Field(string json, string name)
    {
        Match found = Regex.Match(json, "\"" + name + "\":\"([^\"]*)\"");
        if (!found.Success) throw new FormatException("no " + name + " in " + json);
        return found.Groups[1].Value;
    }
}
